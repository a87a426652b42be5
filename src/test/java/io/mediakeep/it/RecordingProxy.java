package io.mediakeep.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP proxy that takes every name for this machine, so that hosts can be named that nobody resolves. Notes the first line of
 * each request, be it {@code CONNECT} or one with an absolute URL. One connection for each request.
 */
final class RecordingProxy implements AutoCloseable {
    private final ServerSocket server;
    private final String credentials;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** @param credentials {@code user:password} that are asked for; null for none */
    RecordingProxy(String credentials) throws IOException {
        this.credentials = credentials;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** First lines of the requests that were let through. */
    List<String> requests() {
        return requests;
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

    private void serve(Socket near) {
        try (near) {
            String head = head(near.getInputStream());
            if (head == null) {
                return;
            }
            String line = head.substring(0, head.indexOf("\r\n"));
            if (credentials != null && !head.contains("Basic " + base64(credentials))) {
                answer(near, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"");
                return;
            }
            requests.add(line);
            String[] words = line.split(" ");
            boolean tunnel = words[0].equals("CONNECT");
            URI target = URI.create(tunnel ? "http://" + words[1] : words[1]);
            try (Socket far = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
                if (tunnel) {
                    near.getOutputStream()
                            .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } else {
                    far.getOutputStream().write(origin(head, line, target).getBytes(StandardCharsets.ISO_8859_1));
                }
                threads.execute(() -> pump(near, far));
                pump(far, near);
            }
        } catch (IOException e) {
            // either end has hung up
        }
    }

    private static String origin(String head, String line, URI target) {
        String path = target.getRawPath() + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery());
        StringBuilder sent = new StringBuilder(line.split(" ")[0] + " " + path + " HTTP/1.1\r\n");
        for (String field : head.substring(line.length() + 2).split("\r\n")) {
            String name = field.toLowerCase(Locale.ROOT);
            if (!name.startsWith("proxy-") && !name.startsWith("connection:") && !field.isEmpty()) {
                sent.append(field).append("\r\n");
            }
        }
        return sent + "Connection: close\r\n\r\n";
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int last = 0; last != 0x0d0a0d0a; ) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.write(b);
            last = last << 8 | b;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void answer(Socket socket, String status) throws IOException {
        socket.getOutputStream()
                .write(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // either end has hung up
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
