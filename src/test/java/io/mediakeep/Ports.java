package io.mediakeep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports on loopback for servers that are told theirs. Test processes run side by side, so each draws from numbers of
 * its own, below those that the system gives to outgoing connections. Thread-safe.
 */
public final class Ports {
    private static final int FIRST = 15_000;
    private static final int EACH = 2_000;
    private static final AtomicInteger NEXT = new AtomicInteger(FIRST + EACH * (Integer.getInteger("it.fork", 1) - 1));

    private Ports() {}

    public static int free() {
        while (true) {
            int port = NEXT.getAndIncrement();
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                if (port > 65_000) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
