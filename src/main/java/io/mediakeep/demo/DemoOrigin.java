package io.mediakeep.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The media server of the simulated providers, on the loopback interface. A server of its own, because a route cannot
 * announce a length and then break the connection. Keeps the newest 20,000 results. Thread-safe.
 */
public final class DemoOrigin implements AutoCloseable {
    private static final int KEPT = 20_000;
    private static final int THREADS = 8;
    private static final Duration LIFE = Duration.ofHours(24);
    private static final byte[] KEY = "simulated presigned urls".getBytes(StandardCharsets.US_ASCII);
    private static final String SIGNATURE = "&X-Amz-Signature=";
    private static final DateTimeFormatter AMZ_DATE =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,9})-([0-9]{0,9})");

    private final Clock clock;
    private final int port;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "demo-origin");
        thread.setDaemon(true);
        return thread;
    });
    private HttpServer server;
    private final Map<String, Result> results = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Result> eldest) {
            return size() > KEPT;
        }
    };

    /** @param requests so far, but for those that only ask for the headers */
    private record Result(DemoFile file, DemoFault fault, AtomicInteger requests) {}

    /** @param port 0 for any free one; opened with the first URL, because Camel makes beans more than once at start */
    public DemoOrigin(int port) {
        this(port, Clock.systemUTC());
    }

    DemoOrigin(int port, Clock clock) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("mediakeep.demo.origin-port must be 0 to 65535, but is " + port);
        }
        this.port = port;
        this.clock = clock;
    }

    private synchronized HttpServer server() {
        if (server == null) {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
            } catch (IOException e) {
                throw new UncheckedIOException("mediakeep.demo.origin-port " + port + " cannot be opened", e);
            }
            server.setExecutor(threads);
            server.createContext("/", this::handle);
            // From a daemon thread, whose children are daemons too: it must not keep the process alive.
            CompletableFuture.runAsync(server::start, threads).join();
        }
        return server;
    }

    /** @param path begins with a slash, ASCII without blanks */
    void publish(String path, DemoFile file, DemoFault fault) {
        synchronized (results) {
            results.put(path, new Result(file, fault, new AtomicInteger()));
        }
    }

    String url(String path) {
        return "http://127.0.0.1:" + server().getAddress().getPort() + path;
    }

    /**
     * An address like those of S3: it works for GET, for 24 hours, and only with its query to the letter, which holds a
     * doubly encoded colon.
     */
    String signedUrl(String path, Instant at) {
        String query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + AMZ_DATE.format(at) + "&X-Amz-Expires="
                + LIFE.toSeconds() + "&X-Amz-SignedHeaders=host&response-content-disposition="
                + "attachment%3Bfilename%3Ddemo%253A" + path.substring(path.lastIndexOf('/') + 1);
        return url(path) + "?" + query + SIGNATURE + DemoSignature.hex(KEY, path + "?" + query);
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.stop(0);
        }
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            URI uri = exchange.getRequestURI();
            boolean head = exchange.getRequestMethod().equals("HEAD");
            Result result;
            synchronized (results) {
                result = results.get(uri.getRawPath());
            }
            if (!head && !exchange.getRequestMethod().equals("GET")) {
                refuse(exchange, 405, "MethodNotAllowed");
            } else if (result == null || result.fault() == DemoFault.GONE) {
                refuse(exchange, 404, "NoSuchKey");
            } else if (uri.getRawQuery() != null && uri.getRawQuery().contains("X-Amz-") && (head || !signed(uri))) {
                refuse(exchange, 403, "SignatureDoesNotMatch");
            } else if (head) {
                head(exchange, result, result.file().marked(uri.getRawPath()));
            } else {
                get(exchange, result, result.file().marked(uri.getRawPath()));
            }
        }
    }

    private void head(HttpExchange exchange, Result result, byte[] bytes) throws IOException {
        headers(exchange, result, bytes).set("Content-Length", String.valueOf(bytes.length));
        exchange.sendResponseHeaders(200, -1);
    }

    private void get(HttpExchange exchange, Result result, byte[] bytes) throws IOException {
        boolean first = result.requests().getAndIncrement() == 0;
        if (first && result.fault() == DemoFault.FAILS_ONCE) {
            refuse(exchange, 500, "InternalError");
            return;
        }
        Headers answer = headers(exchange, result, bytes);
        int from = 0;
        int to = bytes.length;
        Matcher range = RANGE.matcher(wantedRange(exchange, answer.getFirst("ETag")));
        if (range.matches()) {
            from = Integer.parseInt(range.group(1));
            to = range.group(2).isEmpty() ? to : Math.min(to, Integer.parseInt(range.group(2)) + 1);
            if (from >= to) {
                answer.set("Content-Range", "bytes */" + bytes.length);
                refuse(exchange, 416, "InvalidRange");
                return;
            }
            answer.set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(range.matches() ? 206 : 200, to - from);
        // Half of it, and the server drops the connection because the announced length was not written.
        int sent = first && result.fault() == DemoFault.BREAKS_ONCE ? (to - from) / 2 : to - from;
        OutputStream out = exchange.getResponseBody();
        out.write(bytes, from, sent);
        out.flush();
    }

    private Headers headers(HttpExchange exchange, Result result, byte[] bytes) {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", result.file().contentType());
        headers.set("Accept-Ranges", "bytes");
        headers.set("ETag", '"' + DemoSignature.sha256(bytes).substring(0, 32) + '"');
        return headers;
    }

    /** Empty where the whole is wanted: without a range, or if the file is no longer the one that was begun. */
    private static String wantedRange(HttpExchange exchange, String etag) {
        Headers request = exchange.getRequestHeaders();
        String condition = request.getFirst("If-Range");
        String range = request.getFirst("Range");
        return range == null || condition != null && !condition.equals(etag) ? "" : range;
    }

    private boolean signed(URI uri) {
        String query = uri.getRawQuery();
        int cut = query.indexOf(SIGNATURE);
        if (cut < 0
                || !DemoSignature.same(
                        query.substring(cut + SIGNATURE.length()),
                        DemoSignature.hex(KEY, uri.getRawPath() + "?" + query.substring(0, cut)))) {
            return false;
        }
        String date = query.replaceFirst(".*X-Amz-Date=([0-9TZ]+).*", "$1");
        return clock.instant().isBefore(Instant.from(AMZ_DATE.parse(date)).plus(LIFE));
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        byte[] body = ("<Error><Code>" + code + "</Code></Error>").getBytes(StandardCharsets.US_ASCII);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }
}
