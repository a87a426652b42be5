package io.mediakeep.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The way to an HTTP server on loopback, one connection for each request, on which a {@link Rule} decides. The requests are
 * those of S3 clients and of providers: a body has a length. Thread-safe.
 */
final class HttpWire implements AutoCloseable {
    private static final byte[] BUSY = "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;
    private final int target;
    private final boolean halfClose;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Rule rule = Rule.NONE;

    /**
     * @param halfClose says that nothing more is to come: Jetty needs it to close the connection after an error too, Vert.x
     *                  takes it for a client that went away
     */
    HttpWire(int target, boolean halfClose) throws IOException {
        this.target = target;
        this.halfClose = halfClose;
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void rule(Rule rule) {
        this.rule = rule;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            String head = head(socket.getInputStream());
            if (head == null) {
                return;
            }
            byte[] body = socket.getInputStream().readNBytes(length(head));
            String request = head.substring(0, head.indexOf(" HTTP/1."));
            Rule current = rule;
            Rule.Act act = current.on(request);
            if (act == Rule.Act.CUT) {
                return;
            }
            byte[] answer = act == Rule.Act.BUSY ? BUSY : forward(head, body);
            if (act == Rule.Act.LOSE) {
                current.lost(request);
                return;
            }
            socket.getOutputStream().write(answer);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // One side has hung up, so has the other by now.
        }
    }

    private byte[] forward(String head, byte[] body) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String line : head.split("\r\n")) {
            if (!line.toLowerCase(Locale.ROOT).startsWith("connection:")) {
                lines.append(line).append("\r\n");
            }
        }
        lines.append("Connection: close\r\n\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), target)) {
            OutputStream out = socket.getOutputStream();
            out.write(lines.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
            if (halfClose) {
                socket.shutdownOutput();
            }
            return socket.getInputStream().readAllBytes();
        }
    }

    private static int length(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(
                        line.substring("content-length:".length()).strip());
            }
        }
        return 0;
    }

    /** Up to the blank line, without it; null where the connection ended before. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.write(b);
            last = last << 8 | b;
        }
        return head.toString(StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
