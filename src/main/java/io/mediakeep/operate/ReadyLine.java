package io.mediakeep.operate;

import java.io.Console;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the product is ready, and where. A token that was made is shown on a terminal alone, so that no log keeps it. */
public final class ReadyLine {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");

    private final String consoleUrl;
    private final ApiToken token;

    /** @param host the address that the server listens on */
    public ReadyLine(String host, int port, ApiToken token) {
        String named = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        this.consoleUrl = "http://" + (named.contains(":") ? "[" + named + "]" : named) + ":" + port + "/";
        this.token = token;
    }

    public void tell() {
        LOG.info("{}", line());
        if (token.file().isPresent() && isTerminal()) {
            System.console().printf("Console: %s%n", consoleUrl(true));
        }
    }

    String line() {
        return "Ready: console " + consoleUrl(false) + ", token in "
                + token.file().map(Object::toString).orElse("mediakeep.api.token");
    }

    /** @param terminal whether nobody but who sits in front of it sees this */
    String consoleUrl(boolean terminal) {
        return terminal ? consoleUrl + "#token=" + token.value() : consoleUrl;
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
