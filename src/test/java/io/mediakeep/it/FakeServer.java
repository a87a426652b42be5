package io.mediakeep.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** A provider's API on loopback: notes every call, and can be told to answer something else. Thread-safe. */
public abstract class FakeServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile java.util.function.Consumer<Call> before = call -> {};
    private final List<Fault> faults = new CopyOnWriteArrayList<>();

    /** A request as it arrived. */
    public record Call(
            long nanos,
            String method,
            String path,
            String rawQuery,
            Map<String, List<String>> query,
            String authorization,
            String body) {
        String parameter(String name) {
            List<String> values = query.getOrDefault(name, List.of());
            return values.isEmpty() ? null : values.get(0);
        }
    }

    /** An answer. */
    public record Answer(int status, String contentType, Map<String, String> headers, String body) {
        static Answer json(int status, Object body) {
            return new Answer(status, "application/json", Map.of(), write(body));
        }
    }

    private record Fault(Predicate<Call> where, Answer answer) {}

    FakeServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    abstract Answer answer(Call call);

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<Call> calls() {
        return calls;
    }

    public List<Call> calls(String path) {
        return calls.stream().filter(call -> call.path().equals(path)).toList();
    }

    /** Called with every request before it is answered. */
    public void beforeAnswer(java.util.function.Consumer<Call> action) {
        before = action;
    }

    /** Answers so wherever it fits, until the returned handle is closed. */
    public AutoCloseable fault(Predicate<Call> where, Answer answer) {
        Fault fault = new Fault(where, answer);
        faults.add(fault);
        return () -> faults.remove(fault);
    }

    public AutoCloseable fault(String path, int status, String contentType, String body) {
        return fault(call -> call.path().equals(path), new Answer(status, contentType, Map.of(), body));
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Call call = new Call(
                    System.nanoTime(),
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestURI().getRawQuery(),
                    query(exchange.getRequestURI().getRawQuery()),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(body, StandardCharsets.UTF_8));
            calls.add(call);
            before.accept(call);
            Answer answer = faults.stream()
                    .filter(fault -> fault.where().test(call))
                    .map(Fault::answer)
                    .findFirst()
                    .orElse(null);
            if (answer == null) {
                answer = answer(call);
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private static Map<String, List<String>> query(String raw) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                String[] parts = pair.split("=", 2);
                query.computeIfAbsent(decode(parts[0]), name -> new ArrayList<>())
                        .add(parts.length == 2 ? decode(parts[1]) : "");
            }
        }
        return query;
    }

    public static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public static String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A map that keeps its order and may hold null. */
    public static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
