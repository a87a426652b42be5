package io.mediakeep.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Stands in front of a real S3 server, one connection for each request, and breaks what a test tells it to. */
public final class FaultyStorage implements AutoCloseable {
    /** A request as received; the head is without the blank line at its end. */
    public record Request(String head, byte[] body) {
        public String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        public boolean is(String method, String query) {
            return line().startsWith(method + " ") && line().contains(query);
        }

        public String header(String name) {
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return null;
        }
    }

    public enum Kind {
        PASS,
        /** Answers itself, the server does not see the request. */
        ANSWER,
        /** The server gets it, the client gets the given answer. */
        PASS_AND_ANSWER,
        /** The server gets it, the client gets a closed connection. */
        PASS_AND_CUT
    }

    public record Fault(Kind kind, String answer) {
        public static final Fault NONE = new Fault(Kind.PASS, "");
        public static final Fault CUT = new Fault(Kind.PASS_AND_CUT, "");

        public static Fault status(int status, String headers, String body) {
            return new Fault(Kind.ANSWER, text(status, headers, body));
        }

        public static Fault afterwards(int status, String body) {
            return new Fault(Kind.PASS_AND_ANSWER, text(status, "", body));
        }

        public static Fault afterwards(int status, String headers, String body) {
            return new Fault(Kind.PASS_AND_ANSWER, text(status, headers, body));
        }

        /** Tells back the CRC32C that came with an object or with the completion of an upload. */
        public static Fault vouch(Request request) {
            String crc = request.header("x-amz-checksum-crc32c");
            if (crc == null || request.is("PUT", "partNumber=")) {
                return NONE;
            }
            return request.is("POST", "uploadId=")
                    ? afterwards(
                            200,
                            "<CompleteMultipartUploadResult><ETag>\"1\"</ETag><ChecksumCRC32C>" + crc
                                    + "</ChecksumCRC32C></CompleteMultipartUploadResult>")
                    : afterwards(200, "ETag: \"1\"\r\nx-amz-checksum-crc32c: " + crc + "\r\n", "");
        }

        private static String text(int status, String headers, String body) {
            return "HTTP/1.1 " + status + " X\r\n" + headers + "Content-Type: application/xml\r\nContent-Length: "
                    + body.length() + "\r\nConnection: close\r\n\r\n" + body;
        }
    }

    private final ServerSocket server;
    private final int backend;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Function<Request, Fault> rule = request -> Fault.NONE;

    public FaultyStorage(URI backend) throws IOException {
        this.backend = backend.getPort();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    public void rule(Function<Request, Fault> rule) {
        this.rule = rule;
    }

    /** All requests so far, as they came in. */
    public List<Request> requests() {
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

    private void serve(Socket socket) {
        try (socket) {
            Request request = read(socket.getInputStream());
            if (request == null) {
                return;
            }
            requests.add(request);
            Fault fault = rule.apply(request);
            byte[] answer = fault.answer().getBytes(StandardCharsets.US_ASCII);
            if (fault.kind() != Kind.ANSWER) {
                byte[] real = forward(request);
                answer = fault.kind() == Kind.PASS_AND_ANSWER ? answer : real;
            }
            if (fault.kind() != Kind.PASS_AND_CUT) {
                socket.getOutputStream().write(answer);
                socket.getOutputStream().flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] forward(Request request) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line : request.head().split("\r\n")) {
            String name = line.toLowerCase(Locale.ROOT);
            if (!name.startsWith("connection:")) {
                head.append(line).append("\r\n");
            }
        }
        head.append("Connection: close\r\n\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), backend)) {
            OutputStream out = socket.getOutputStream();
            out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(request.body());
            out.flush();
            socket.shutdownOutput(); // Or the server keeps the connection open after an error.
            return socket.getInputStream().readAllBytes();
        }
    }

    private static Request read(InputStream in) throws IOException {
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
        Request request = new Request(head.toString(StandardCharsets.ISO_8859_1), new byte[0]);
        String length = request.header("content-length");
        byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
        return new Request(request.head().strip(), body);
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
