package io.mediakeep.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** An origin on loopback that writes bytes as told, so that it can break HTTP. Each request takes the next answer. */
final class RawOrigin implements AutoCloseable {
    interface Answer {
        /** @return whether the connection stays open for another request */
        boolean write(Socket socket, OutputStream out) throws IOException;
    }

    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger ended = new AtomicInteger();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final ServerSocket server;

    RawOrigin() {
        this(ServerSocketFactory.getDefault());
    }

    RawOrigin(ServerSocketFactory sockets) {
        try {
            server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        thread(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    RawOrigin then(Answer answer) {
        answers.add(answer);
        return this;
    }

    /** Head and body as given, then the connection is closed. */
    RawOrigin thenClose(String head, String body) {
        return then((socket, out) -> {
            write(out, head, body);
            return false;
        });
    }

    /** Head and body as given; the connection stays open. */
    RawOrigin thenKeep(String head, String body) {
        return then((socket, out) -> {
            write(out, head, body);
            return true;
        });
    }

    static void write(OutputStream out, String head, String body) throws IOException {
        out.write((head.replace("\n", "\r\n") + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                connections.incrementAndGet();
                thread(() -> serve(socket));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            boolean more = true;
            while (more) {
                String request = head(socket.getInputStream());
                Answer answer = request.isEmpty() ? null : answers.poll();
                if (answer == null) {
                    return;
                }
                requests.add(request);
                more = answer.write(socket, socket.getOutputStream());
            }
        } catch (IOException e) {
            return; // the client went away
        } finally {
            ended.incrementAndGet();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int b;
        while ((b = in.read()) >= 0) {
            head.append((char) b);
            if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "raw-origin");
        thread.setDaemon(true);
        thread.start();
    }
}
