package io.mediakeep.operate;

import java.io.Console;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one line after a start that says that the product is ready, and where. An API token that was made is shown on a terminal
 * alone, so that no log keeps it.
 */
public final class ReadyLine {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");
    private static final int CONNECT_MILLIS = 1_000;
    private static final long PAUSE_MILLIS = 100;
    private static final int MOST_TRIES = 600;

    private final String console;
    private final String callbacks;
    private final String management;
    private final String providers;
    private final String ledger;
    private final ApiToken token;

    /**
     * Each as an operator should read it.
     *
     * @param console    URL of the console
     * @param callbacks  URL of the callback doors
     * @param management URL of health and metrics
     * @param providers  names of those that are on, and what they do
     * @param ledger     where it is, without credentials
     * @param token      what the console asks for
     */
    public ReadyLine(
            String console, String callbacks, String management, String providers, String ledger, ApiToken token) {
        this.console = console;
        this.callbacks = callbacks;
        this.management = management;
        this.providers = providers;
        this.ledger = ledger;
        this.token = token;
    }

    /** @param storage where it is, and what is wrong with it */
    public String text(String storage) {
        return "Ready: console " + console + ", token in "
                + token.file().map(Object::toString).orElse("mediakeep.api.token") + " | callbacks " + callbacks
                + " | health and metrics " + management
                + " | providers " + providers + " | storage " + storage + " | ledger " + ledger;
    }

    /**
     * Tells the line once all doors are open, in a thread of its own.
     *
     * @param doors   where this process is to listen; one with port 0 is not looked at
     * @param storage asked when the doors are open
     */
    public void tellWhenOpen(List<InetSocketAddress> doors, Supplier<String> storage) {
        Thread thread = new Thread(
                () -> {
                    try {
                        for (InetSocketAddress door : doors) {
                            if (door.getPort() != 0 && !isOpen(door)) {
                                LOG.error(
                                        "Not ready: nothing listens at port {} of {}",
                                        door.getPort(),
                                        door.getHostString());
                                return;
                            }
                        }
                        LOG.info(text(storage.get()));
                        if (token.file().isPresent() && isTerminal()) {
                            System.console().printf("Console: %s%n", consoleUrl(true));
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "ready");
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean isOpen(InetSocketAddress door) throws InterruptedException {
        for (int i = 0; i < MOST_TRIES; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(door, CONNECT_MILLIS);
                return true;
            } catch (IOException e) {
                // A server tells nobody that its port is open; only a connection does.
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        return false;
    }

    /** @param terminal whether nobody but who sits in front of it sees this */
    String consoleUrl(boolean terminal) {
        return terminal ? console + "#token=" + token.value() : console;
    }

    /** Since Java 22 there is a console without a terminal too, and it says so. */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
