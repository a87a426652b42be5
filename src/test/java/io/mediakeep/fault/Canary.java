package io.mediakeep.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands for an address that must not be reached: counts who connects. Thread-safe. */
final class Canary implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();

    Canary() throws IOException {
        Thread thread = new Thread(this::accept, "canary");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                server.accept().close();
                connections.incrementAndGet();
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Its host is not the one that media may come from, although it is the same machine. */
    String url() {
        return "http://localhost:" + server.getLocalPort() + "/secret.mp4";
    }

    int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
