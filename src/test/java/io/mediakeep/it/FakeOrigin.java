package io.mediakeep.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A CDN on loopback: signed URLs, strong tags, ranges, and the faults that CDNs have. Thread-safe. */
final class FakeOrigin implements AutoCloseable {
    static final String SIGNATURE = "sigSecret0123456789";
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

    /** How a file is sent, as long as there are attempts left for it; then it is sent well. */
    enum Fault {
        NONE,
        BREAK,
        ERROR_500,
        MISSING_404,
        EXPIRED_403,
        HTML_PAGE,
        CHUNKED,
        SLOW,
        JSON_ERROR,
        HELD,
        THROTTLED,
        /** Sends on to the same file at 127.0.0.2, where nobody listens. */
        MOVED,
        /** Sent well, under a file name that leaves its directory. */
        NAMED
    }

    /** A request as it arrived. */
    record Get(String path, String range, String ifRange, String authorization, String userAgent) {}

    private record File(byte[] bytes, Fault fault, int[] left) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, File> files = new ConcurrentHashMap<>();
    private final List<Get> gets = new CopyOnWriteArrayList<>();
    private final CountDownLatch held = new CountDownLatch(1);

    FakeOrigin() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The signed URL of a file that is sent well. */
    String put(String name, byte[] bytes) {
        return put(name, bytes, Fault.NONE, 0);
    }

    /** @param times requests that meet the fault; a negative number for all */
    String put(String name, byte[] bytes, Fault fault, int times) {
        files.put("/" + name, new File(bytes, fault, new int[] {times}));
        return url(name);
    }

    String url(String name) {
        return "http://127.0.0.1:" + port() + "/" + name + "?X-Amz-Signature=" + SIGNATURE + "&p=%253A";
    }

    /** Sends what is {@link Fault#HELD}. */
    void release() {
        held.countDown();
    }

    List<Get> gets() {
        return List.copyOf(gets);
    }

    List<Get> gets(String name) {
        return gets.stream().filter(get -> get.path().equals("/" + name)).toList();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            gets.add(new Get(
                    path,
                    exchange.getRequestHeaders().getFirst("Range"),
                    exchange.getRequestHeaders().getFirst("If-Range"),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestHeaders().getFirst("User-Agent")));
            File file = files.get(path);
            if (!exchange.getRequestMethod().equals("GET")) {
                text(exchange, 403, "application/xml", "<Error><Code>SignatureDoesNotMatch</Code></Error>");
            } else if (file == null) {
                text(exchange, 404, "text/plain", "not here");
            } else {
                Fault fault = fault(file);
                if (fault == Fault.HELD) {
                    await();
                }
                send(exchange, file, fault);
            }
        }
    }

    private void await() {
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized Fault fault(File file) {
        if (file.left()[0] == 0) {
            return Fault.NONE;
        }
        file.left()[0]--;
        return file.fault();
    }

    private static void send(HttpExchange exchange, File file, Fault fault) throws IOException {
        switch (fault) {
            case ERROR_500 -> text(exchange, 500, "text/plain", "oops");
            case MISSING_404 -> text(exchange, 404, "text/plain", "not here");
            case EXPIRED_403 ->
                text(
                        exchange,
                        403,
                        "application/xml",
                        "<?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code></Error>");
            case HTML_PAGE -> text(exchange, 200, "text/html", "<!DOCTYPE html><html><body>Please wait</body></html>");
            case JSON_ERROR -> text(exchange, 200, "application/octet-stream", "{\"error\":\"expired\"}");
            case THROTTLED -> {
                exchange.getResponseHeaders().set("Retry-After", "120");
                text(exchange, 429, "text/plain", "slow down");
            }
            case MOVED -> {
                String host = exchange.getRequestHeaders().getFirst("Host").replaceFirst(".*:", "127.0.0.2:");
                exchange.getResponseHeaders().set("Location", "http://" + host + exchange.getRequestURI());
                text(exchange, 302, "text/plain", "there");
            }
            case CHUNKED -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(file.bytes());
            }
            default -> bytes(exchange, file, fault);
        }
    }

    private static void bytes(HttpExchange exchange, File file, Fault fault) throws IOException {
        String tag = "\"" + Media.sha256(file.bytes()).substring(0, 16) + "\"";
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        if (fault == Fault.NAMED) {
            exchange.getResponseHeaders().set("Content-Disposition", "attachment; filename=\"../../x.sh\"");
        }
        Matcher range =
                RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
        int from = 0;
        if (range.matches() && tag.equals(exchange.getRequestHeaders().getFirst("If-Range"))) {
            from = Integer.parseInt(range.group(1));
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes " + from + "-" + (file.bytes().length - 1) + "/" + file.bytes().length);
        }
        int length = file.bytes().length - from;
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
        if (fault == Fault.BREAK) {
            exchange.getResponseBody().write(file.bytes(), from, length / 2);
            exchange.getResponseBody().flush();
            return;
        }
        int step = fault == Fault.SLOW ? Math.max(1, length / 20) : length;
        for (int at = 0; at < length; at += step) {
            exchange.getResponseBody().write(file.bytes(), from + at, Math.min(step, length - at));
            exchange.getResponseBody().flush();
            if (fault == Fault.SLOW) {
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
        }
    }

    private static void text(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
