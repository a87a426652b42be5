package io.mediakeep.fault;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The way to a PostgreSQL server on loopback, on which a {@link Rule} decides about each round trip: what a client sends up
 * to Sync (or one simple query), named by its last statement. Knows protocol 3 without TLS. Thread-safe.
 */
final class PostgresWire implements AutoCloseable {
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean refusing;
    private volatile Rule rule = Rule.NONE;

    PostgresWire(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void rule(Rule rule) {
        this.rule = rule;
    }

    /** Takes no connection while it refuses, and breaks those that there are. */
    void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            sockets.forEach(PostgresWire::shut);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                if (refusing) {
                    near.close();
                } else {
                    threads.execute(() -> new Line(near).serve());
                }
            } catch (IOException e) {
                // closed, or one connection less
            }
        }
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is of no use any more
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(PostgresWire::shut);
        threads.shutdownNow();
    }

    /** One connection. */
    private final class Line {
        private final Socket near;
        private final Map<String, String> statements = new HashMap<>();
        /** The request whose answer is not to arrive, and the rule that said so. */
        private volatile Runnable swallowed;

        Line(Socket near) {
            this.near = near;
        }

        void serve() {
            try (near;
                    Socket far = new Socket(InetAddress.getLoopbackAddress(), target)) {
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                sockets.add(near);
                sockets.add(far);
                DataInputStream in = new DataInputStream(new BufferedInputStream(near.getInputStream()));
                DataOutputStream out = new DataOutputStream(far.getOutputStream());
                if (startup(in, out)) {
                    threads.execute(() -> answers(far));
                    requests(in, out);
                }
            } catch (IOException e) {
                // One side has hung up, so has the other by now.
            } finally {
                sockets.remove(near);
            }
        }

        /** Declines encryption, then passes the first message on, which has no type. */
        private boolean startup(DataInputStream in, DataOutputStream out) throws IOException {
            while (true) {
                int length = in.readInt();
                byte[] rest = in.readNBytes(length - 4);
                int code = java.nio.ByteBuffer.wrap(rest).getInt();
                if (code == SSL_REQUEST || code == GSS_REQUEST) {
                    near.getOutputStream().write('N');
                    continue;
                }
                out.writeInt(length);
                out.write(rest);
                return true;
            }
        }

        private void requests(DataInputStream in, DataOutputStream out) throws IOException {
            ByteArrayOutputStream held = new ByteArrayOutputStream();
            String request = null;
            while (true) {
                int type = in.read();
                if (type < 0) {
                    return;
                }
                int length = in.readInt();
                byte[] body = in.readNBytes(length - 4);
                DataOutputStream message = new DataOutputStream(held);
                message.writeByte(type);
                message.writeInt(length);
                message.write(body);
                switch (type) {
                    case 'P' ->
                        statements.put(text(body, 0), text(body, text(body, 0).length() + 1));
                    case 'B' ->
                        request = statements.get(text(body, text(body, 0).length() + 1));
                    case 'Q' -> request = text(body, 0);
                    default -> {
                        // adds nothing
                    }
                }
                boolean whole = type == 'S' || type == 'Q' || type != 'P' && type != 'B' && type != 'D' && type != 'E';
                if (whole) {
                    if (request != null && !pass(request)) {
                        return;
                    }
                    request = null;
                    held.writeTo(out);
                    out.flush();
                    held.reset();
                }
            }
        }

        private boolean pass(String request) {
            Rule current = rule;
            switch (current.on(request)) {
                case CUT -> {
                    return false;
                }
                case LOSE -> swallowed = () -> current.lost(request);
                default -> {
                    // on its way
                }
            }
            return true;
        }

        private void answers(Socket far) {
            try (far;
                    near) {
                DataInputStream in = new DataInputStream(new BufferedInputStream(far.getInputStream(), 65_536));
                DataOutputStream out =
                        new DataOutputStream(new java.io.BufferedOutputStream(near.getOutputStream(), 65_536));
                while (true) {
                    int type = in.read();
                    if (type < 0) {
                        return;
                    }
                    int length = in.readInt();
                    byte[] body = in.readNBytes(length - 4);
                    Runnable lost = swallowed;
                    if (lost == null) {
                        out.writeByte(type);
                        out.writeInt(length);
                        out.write(body);
                    }
                    if (type == 'Z' && lost != null) {
                        lost.run();
                        return;
                    }
                    if (in.available() == 0) {
                        out.flush();
                    }
                }
            } catch (IOException e) {
                // One side has hung up, so has the other by now.
            } finally {
                sockets.remove(far);
            }
        }

        private static String text(byte[] body, int from) {
            int end = from;
            while (body[end] != 0) {
                end++;
            }
            return new String(body, from, end - from, StandardCharsets.UTF_8);
        }
    }
}
