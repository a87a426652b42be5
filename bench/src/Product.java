import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The product as it is shipped: {@code java -jar target/mediakeep.jar} in a folder with its settings and routes. */
final class Product {
    static final String TOKEN = "token-of-the-benchmark";
    static final Path JAR = Path.of("target/mediakeep.jar").toAbsolutePath();
    private static final byte[] KEY = "a signing key of a benchmark".getBytes(StandardCharsets.US_ASCII);
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The product has to work for each glance at its metrics, so there are few; times are the ledger's. */
    static final Duration GLANCE = Duration.ofMillis(500);

    final Path folder;
    final int port = Scope.freePort();
    final int managementPort = Scope.freePort();
    private final Scope scope;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Child child;

    Product(Scope scope, String name) throws IOException {
        this.scope = scope;
        folder = Files.createDirectories(scope.file(name));
        Files.copy(Path.of("application.properties"), folder.resolve("application.properties"));
        for (String part : List.of("routes", "routes/providers")) {
            Files.createDirectory(folder.resolve(part));
            try (Stream<Path> routes = Files.list(Path.of(part))) {
                for (Path route : routes.filter(Files::isRegularFile).toList()) {
                    Files.copy(route, folder.resolve(route));
                }
            }
        }
        set("mediakeep.http.host", "127.0.0.1");
        set("mediakeep.http.port", port);
        set("mediakeep.management.port", managementPort);
        set("mediakeep.fetch.allow-private", true);
    }

    /** Overrides a setting the way a user does: by an environment variable. */
    Product set(String name, Object value) {
        environment.put(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value.toString());
        return this;
    }

    Product storage(StorageProcess storage) {
        return set("mediakeep.storage.endpoint", storage.endpoint())
                .set("mediakeep.storage.embedded", false)
                .set("mediakeep.storage.access-key", StorageServer.ACCESS_KEY)
                .set("mediakeep.storage.secret-key", StorageServer.SECRET_KEY);
    }

    /** Kling with signed callbacks, which are merged as they are. */
    Product signedKling() {
        return set("mediakeep.kling.enabled", true)
                .set("mediakeep.kling.callback-token", TOKEN)
                .set(
                        "mediakeep.kling.callback-secret",
                        "whsec_" + Base64.getEncoder().encodeToString(KEY))
                .set("mediakeep.kling.media-hosts", "*");
    }

    /** Kling and Suno API behind a provider on loopback; callbacks are unsigned, so they are confirmed. */
    Product confirmed(Provider provider) {
        return set("mediakeep.suno.enabled", true)
                .set("mediakeep.suno.callback-token", TOKEN)
                .set("mediakeep.suno.api-url", provider.url())
                .set("mediakeep.suno.api-key", Provider.KEY)
                .set("mediakeep.suno.media-hosts", "*");
    }

    /** Starts the process, not yet ready. */
    Product launch(String... options) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-jar", JAR.toString()));
        child = scope.own(new Child(folder, folder.resolve("out.log"), environment, command));
        return this;
    }

    Product start(String... options) throws Exception {
        launch(options);
        awaitReady();
        return this;
    }

    void awaitReady() throws Exception {
        URI ready = URI.create("http://127.0.0.1:" + managementPort + "/observe/health/ready");
        Await.until("ready", Duration.ofSeconds(60), Duration.ofMillis(10), () -> {
            if (!child.isAlive()) {
                throw new IllegalStateException("the product ended: " + child.said());
            }
            try {
                return HTTP.send(HttpRequest.newBuilder(ready).build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode()
                        == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    Child process() {
        return child;
    }

    /** Sends a signed callback of Kling for a task with one video. */
    void klingCallback(String taskId, String url) throws Exception {
        String body = Provider.JSON.writeValueAsString(Provider.kling(taskId, url));
        String time = String.valueOf(Instant.now().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        byte[] signature = mac.doFinal((taskId + "." + time + "." + body).getBytes(StandardCharsets.UTF_8));
        post(
                "/callbacks/kling/" + TOKEN,
                body,
                Map.of(
                        "webhook-id", taskId,
                        "webhook-timestamp", time,
                        "webhook-signature", "v1," + Base64.getEncoder().encodeToString(signature)));
    }

    void post(String path, String json, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        headers.forEach(request::header);
        HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IllegalStateException(path.replace(TOKEN, "...") + " answered " + answer.statusCode());
        }
    }

    JsonNode get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .header(
                        "Authorization",
                        "Bearer "
                                + Files.readString(folder.resolve("data/api-token"))
                                        .strip())
                .build();
        return JSON.readTree(
                HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    /** Media stored so far, from the metrics: cheap to ask. */
    int stored() throws Exception {
        URI metrics = URI.create("http://127.0.0.1:" + managementPort + "/observe/metrics");
        return HTTP.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("mediakeep_media_stored_seconds_count"))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Waits until so many media are stored since the start. */
    void awaitStored(int count, Duration limit) throws Exception {
        Await.until(count + " stored", limit, GLANCE, () -> {
            if (!child.isAlive()) {
                throw new IllegalStateException("the product ended: " + child.said());
            }
            return stored() >= count;
        });
    }

    /** When the first media of a task was stored with its SHA-256, in ms since the epoch. */
    long storedAt(String provider, String taskId) throws Exception {
        return storedAt(provider, taskId, "sha256");
    }

    /** When the first media of a task was stored with a checksum, in ms since the epoch. */
    long storedAt(String provider, String taskId, String checksum) throws Exception {
        JsonNode media =
                get("/api/tasks/" + provider + "/" + taskId).path("media").path(0);
        if (!media.path("state").asText().equals("stored")
                || media.path(checksum).asText().length() != (checksum.equals("sha256") ? 64 : 8)) {
            throw new IllegalStateException(taskId + " is not stored with its " + checksum + ": " + media.path("state")
                    + " " + media.path("reason"));
        }
        return Instant.parse(media.path("storedAt").asText()).toEpochMilli();
    }

    void stop() throws Exception {
        scope.end(child);
    }

    void kill() throws InterruptedException {
        child.kill();
        child.process.waitFor(5, TimeUnit.SECONDS);
    }
}
