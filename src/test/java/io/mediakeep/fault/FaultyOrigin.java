package io.mediakeep.fault;

import io.mediakeep.it.Media;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A CDN on loopback, down to its sockets: each request of a file meets the next of its faults, then it is sent well. Thread-safe. */
final class FaultyOrigin implements AutoCloseable {
    /** What one request meets. */
    enum Fault {
        NONE,
        /** Half of what was announced, then the end. */
        TRUNCATED,
        /** Half of it, then the connection is reset. */
        RESET,
        /** Half of it, then silence. */
        STALLED,
        /** A byte now and then. */
        DRIPPING,
        /** A page with 200. */
        HTML,
        /** An error as JSON with 200. */
        JSON,
        /** Announces more than there is. */
        TOO_LONG,
        /** Announces less than there is. */
        TOO_SHORT,
        /** Well, but announces nothing. */
        NO_LENGTH,
        /** Well, in chunks. */
        CHUNKED,
        ERROR_500,
        THROTTLED
    }

    /** Those that cost an attempt. */
    static final List<Fault> TROUBLE = List.of(
            Fault.TRUNCATED,
            Fault.RESET,
            Fault.STALLED,
            Fault.DRIPPING,
            Fault.HTML,
            Fault.JSON,
            Fault.TOO_LONG,
            Fault.TOO_SHORT,
            Fault.NO_LENGTH,
            Fault.CHUNKED,
            Fault.ERROR_500,
            Fault.THROTTLED);

    /** Bytes in a tenth of a second of a file that is held. */
    private static final int STEP = 16_384;

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

    private record File(byte[] bytes, String redirect, Deque<Fault> faults) {}

    private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, File> files = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> gets = new ConcurrentHashMap<>();
    private final Set<String> held = ConcurrentHashMap.newKeySet();
    private final CountDownLatch end = new CountDownLatch(1);

    FaultyOrigin() throws IOException {
        threads.execute(this::accept);
    }

    /** The URL of the file. */
    String put(String name, byte[] bytes, List<Fault> faults) {
        files.put("/" + name, new File(bytes, null, new ArrayDeque<>(faults)));
        return url(name);
    }

    /** A URL that leads to another one. */
    String redirect(String name, String target) {
        files.put("/" + name, new File(new byte[0], target, new ArrayDeque<>()));
        return url(name);
    }

    /** The file is sent slowly, but not so slowly that anybody gives up, until it is let go. */
    void hold(String name) {
        held.add("/" + name);
    }

    void letGo(String name) {
        held.remove("/" + name);
    }

    int gets(String name) {
        return gets.getOrDefault("/" + name, new AtomicInteger()).get();
    }

    private String url(String name) {
        return "http://127.0.0.1:" + server.getLocalPort() + "/" + name + "?X-Amz-Signature=planted";
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
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String first = in.readLine();
            if (first == null) {
                return;
            }
            String range = null;
            String ifRange = null;
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                if (line.regionMatches(true, 0, "Range:", 0, 6)) {
                    range = line.substring(6).strip();
                } else if (line.regionMatches(true, 0, "If-Range:", 0, 9)) {
                    ifRange = line.substring(9).strip();
                }
            }
            String path = first.split(" ")[1].replaceFirst("\\?.*", "");
            gets.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
            File file = files.get(path);
            if (file == null) {
                text(socket, "404 Not Found", "", "not here");
            } else if (file.redirect != null) {
                text(socket, "302 Found", "Location: " + file.redirect + "\r\n", "");
            } else {
                send(socket, path, file, range, ifRange);
            }
        } catch (IOException e) {
            // the client has hung up
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Socket socket, String path, File file, String range, String ifRange)
            throws IOException, InterruptedException {
        Fault fault = next(file);
        String tag = "\"" + Media.sha256(file.bytes).substring(0, 16) + "\"";
        Matcher asked = RANGE.matcher(String.valueOf(range));
        boolean part = asked.matches() && (ifRange == null || ifRange.equals(tag));
        int from = part ? Integer.parseInt(asked.group(1)) : 0;
        int all = file.bytes.length;
        int length = all - from;
        String headers = "ETag: " + tag + "\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n"
                + (part ? "Content-Range: bytes " + from + "-" + (all - 1) + "/" + all + "\r\n" : "");
        String status = part ? "206 Partial Content" : "200 OK";
        OutputStream out = socket.getOutputStream();
        switch (fault) {
            case HTML -> text(socket, "200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html><html>Wait</html>");
            case JSON -> text(socket, "200 OK", "Content-Type: application/json\r\n", "{\"error\":\"expired\"}");
            case ERROR_500 -> text(socket, "500 Oops", "", "oops");
            case THROTTLED -> text(socket, "429 Too Many Requests", "Retry-After: 7\r\n", "");
            case CHUNKED -> {
                head(out, status, headers + "Transfer-Encoding: chunked\r\n");
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(file.bytes, from, length);
                out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            case NO_LENGTH -> {
                head(out, status, headers);
                out.write(file.bytes, from, length);
            }
            default -> {
                int announced = switch (fault) {
                    case TOO_LONG -> length + 1_000;
                    case TOO_SHORT -> length - 1_000;
                    default -> length;
                };
                head(out, status, headers + "Content-Length: " + announced + "\r\n");
                boolean whole = fault == Fault.NONE || fault == Fault.TOO_LONG || fault == Fault.TOO_SHORT;
                write(out, path, file.bytes, from, whole ? length : length / 2);
                out.flush();
                linger(socket, file, fault, from + length / 2);
            }
        }
        out.flush();
    }

    /** Slowly as long as the file is held. */
    private void write(OutputStream out, String path, byte[] bytes, int from, int length)
            throws IOException, InterruptedException {
        int at = from;
        while (held.contains(path) && at < from + length - STEP && !end.await(100, TimeUnit.MILLISECONDS)) {
            out.write(bytes, at, STEP);
            out.flush();
            at += STEP;
        }
        out.write(bytes, at, from + length - at);
    }

    private void linger(Socket socket, File file, Fault fault, int from) throws IOException, InterruptedException {
        switch (fault) {
            case RESET -> socket.setSoLinger(true, 0);
            // The client gives up long before; a closed connection shows with the next byte only.
            case STALLED -> end.await(60, TimeUnit.SECONDS);
            case DRIPPING -> {
                for (int at = from; at < file.bytes.length && !end.await(100, TimeUnit.MILLISECONDS); at++) {
                    socket.getOutputStream().write(file.bytes[at]);
                }
            }
            default -> {
                // done
            }
        }
    }

    private static Fault next(File file) {
        synchronized (file.faults) {
            return file.faults.isEmpty() ? Fault.NONE : file.faults.poll();
        }
    }

    private static void head(OutputStream out, String status, String headers) throws IOException {
        out.write(("HTTP/1.1 " + status + "\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void text(Socket socket, String status, String headers, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.US_ASCII);
        head(
                socket.getOutputStream(),
                status,
                headers + "Content-Length: " + body.length + "\r\nConnection: close\r\n");
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
        end.countDown();
        threads.shutdownNow();
    }
}
