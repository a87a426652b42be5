package io.mediakeep.demo;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.mediakeep.signature.SignedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.camel.main.Main;

/** The routes in routes/demo as shipped, without the product: a small server takes its place. */
final class DemoRun implements AutoCloseable {
    final List<SignedRequest> received = new CopyOnWriteArrayList<>();
    private final int productPort;
    private HttpServer product;
    private final Main main = new Main();
    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;
    private volatile int answer = 200;

    DemoRun(Map<String, String> changes) throws Exception {
        this(changes, true);
    }

    /** @param productRuns whether the product is there from the beginning */
    DemoRun(Map<String, String> changes, boolean productRuns) throws Exception {
        productPort = freePort();
        if (productRuns) {
            startProduct();
        }
        int port = freePort();
        url = "http://127.0.0.1:" + port;
        main.setDefaultPropertyPlaceholderLocation("file:application-demo.properties");
        Map<String, String> settings = new LinkedHashMap<>(Map.of(
                "camel.main.routesIncludePattern", "file:routes/demo/*.camel.yaml",
                "camel.server.enabled", "true",
                "camel.server.host", "127.0.0.1",
                "camel.server.port", String.valueOf(port),
                "camel.main.shutdownTimeout", "5",
                "mediakeep.http.port", String.valueOf(port),
                "mediakeep.api.token", "",
                "mediakeep.demo.product-url", "http://127.0.0.1:" + productPort,
                "mediakeep.demo.interval", "20ms",
                "mediakeep.demo.duration", "100ms"));
        settings.put("mediakeep.api.token-file", "target/no-api-token");
        settings.put("mediakeep.demo.seed", "1");
        settings.put("mediakeep.demo.tasks", "12");
        settings.putAll(changes);
        settings.forEach(main::addOverrideProperty);
        main.start();
    }

    void startProduct() throws IOException {
        product = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), productPort), 0);
        product.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        }));
        product.createContext("/", exchange -> {
            try (exchange) {
                URI uri = exchange.getRequestURI();
                received.add(new SignedRequest(
                        exchange.getRequestMethod(),
                        uri.getRawPath(),
                        uri.getRawQuery(),
                        Map.copyOf(exchange.getRequestHeaders()),
                        exchange.getRequestBody().readAllBytes()));
                exchange.sendResponseHeaders(answer, -1);
            }
        });
        product.start();
    }

    /** What the product answers from now on. */
    void answer(int status) {
        answer = status;
    }

    <T> T bean(String name, Class<T> type) {
        return main.getCamelContext().getRegistry().lookupByNameAndType(name, type);
    }

    HttpResponse<String> get(String path, String authorization) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).header("Authorization", authorization));
    }

    HttpResponse<String> post(String path, String authorization, String body) {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The requests that reached the product on paths that begin so. */
    List<SignedRequest> received(String path) {
        List<SignedRequest> found = new ArrayList<>(received);
        found.removeIf(request -> !request.path().startsWith(path));
        return found;
    }

    static JsonNode json(SignedRequest request) {
        return DemoJson.read(new String(request.body(), StandardCharsets.UTF_8));
    }

    static JsonNode json(HttpResponse<String> response) {
        return DemoJson.read(response.body());
    }

    static void eventually(Supplier<Boolean> condition) {
        await().atMost(Duration.ofSeconds(20)).until(condition::get);
    }

    @Override
    public void close() {
        main.stop();
        if (product != null) {
            product.stop(0);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
