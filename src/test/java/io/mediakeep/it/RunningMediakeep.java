package io.mediakeep.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.Ports;
import io.mediakeep.Scratch;
import io.mediakeep.storage.EmbeddedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.camel.main.Main;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The application as shipped, in this process: its application.properties and routes/, with ports, ledger and bucket of
 * its own. May be stopped and started again on the same ledger and bucket.
 */
final class RunningMediakeep implements AutoCloseable {
    /** Longest wait for anything; seconds. */
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("it.patience", 180));

    static final String API_TOKEN = "api-token-0123456789";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Path directory;
    final OffsetClock clock;
    final LogCapture log = new LogCapture();
    private Main main;

    RunningMediakeep(OffsetClock clock) {
        this.clock = clock;
        try {
            directory = Scratch.directory("mediakeep-it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        set("mediakeep.http.host", "127.0.0.1");
        set("mediakeep.http.port", Integer.toString(Ports.free()));
        set("mediakeep.management.port", Integer.toString(Ports.free()));
        set("mediakeep.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
        set("mediakeep.storage.directory", directory.resolve("bucket").toString());
        set("mediakeep.fetch.allow-private", "true");
        set("mediakeep.api.token", API_TOKEN);
        set("mediakeep.progress.interval", "1s");
        set("camel.main.shutdownTimeout", "5");
    }

    RunningMediakeep set(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /** Switches a provider on, with quick polls. */
    RunningMediakeep provider(String name, FakeServer api, String token) {
        set("mediakeep." + name + ".enabled", "true");
        set("mediakeep." + name + ".api-url", api.url());
        set("mediakeep." + name + ".callback-token", token);
        set("mediakeep." + name + ".media-hosts", "*");
        return set("mediakeep." + name + ".poll-interval", "300ms");
    }

    /** Keeps objects in this server, on whatever way to it. */
    RunningMediakeep storage(String endpoint, EmbeddedStorage server) {
        set("mediakeep.storage.endpoint", endpoint);
        set("mediakeep.storage.access-key", server.accessKey());
        return set("mediakeep.storage.secret-key", server.secretKey());
    }

    RunningMediakeep start() {
        main = new Main();
        main.setPropertyPlaceholderLocations("file:application.properties");
        settings.forEach(main::addOverrideProperty);
        main.bind("clock", clock);
        try {
            main.start();
        } catch (Exception e) {
            throw new IllegalStateException("the application did not start", e);
        }
        return this;
    }

    void stop() {
        if (main != null) {
            main.stop();
            main = null;
        }
    }

    Main main() {
        return main;
    }

    int port() {
        return Integer.parseInt(settings.get("mediakeep.http.port"));
    }

    int managementPort() {
        return Integer.parseInt(settings.get("mediakeep.management.port"));
    }

    /** Null where the test has set none. */
    String setting(String name) {
        return settings.get(name);
    }

    Path directory() {
        return directory;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    // ---- requests

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> api(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + API_TOKEN)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return send(request);
    }

    JsonNode get(String path) {
        HttpResponse<String> answer = api("GET", path, null);
        if (answer.statusCode() != 200) {
            throw new AssertionError("GET " + path + " gave " + answer.statusCode() + ": " + answer.body());
        }
        return FakeServer.parse(answer.body());
    }

    HttpResponse<String> callback(String path, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return send(request);
    }

    // ---- what became of it

    /** The task as the API shows it; a missing node if it is unknown. */
    JsonNode task(String provider, String id) {
        HttpResponse<String> answer = api("GET", "/api/tasks/" + provider + "/" + id, null);
        return answer.statusCode() == 200
                ? FakeServer.parse(answer.body())
                : com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }

    JsonNode awaitTask(String provider, String id, Predicate<JsonNode> condition) {
        JsonNode[] last = {null};
        try {
            org.awaitility.Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        last[0] = task(provider, id);
                        return condition.test(last[0]);
                    });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError("task " + id + " of " + provider + " stayed " + last[0] + "; dead letters: "
                    + get("/api/dead-letters") + "; log:\n" + String.join("\n", lastLines()));
        }
        return last[0];
    }

    /** Waits until the task has succeeded with so many media, all stored. */
    JsonNode awaitStored(String provider, String id, int media) {
        return awaitTask(
                provider,
                id,
                task -> task.path("status").asText().equals("succeeded")
                        && states(task, "stored") == media
                        && task.path("media").size() == media);
    }

    JsonNode awaitStatus(String provider, String id, String status) {
        return awaitTask(provider, id, task -> task.path("status").asText().equals(status));
    }

    static int states(JsonNode task, String state) {
        int count = 0;
        for (JsonNode media : task.path("media")) {
            count += media.path("state").asText().equals(state) ? 1 : 0;
        }
        return count;
    }

    static JsonNode media(JsonNode task, String key) {
        for (JsonNode media : task.path("media")) {
            if (media.path("key").asText().equals(key)) {
                return media;
            }
        }
        throw new AssertionError("no media " + key + " in " + task);
    }

    void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        org.awaitility.Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    /** Open dead letters of a reason. */
    List<JsonNode> deadLetters(String reason) {
        List<JsonNode> letters = new ArrayList<>();
        get("/api/dead-letters?limit=500&reason=" + reason).path("items").forEach(letters::add);
        return letters;
    }

    long count(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Changes the ledger behind its back. */
    void execute(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 10000");
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The sum of a metric over the tags that fit. */
    double metric(String name, String... tags) {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + settings.get("mediakeep.management.port") + "/observe/metrics")));
        return answer.body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> java.util.Arrays.stream(tags).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    // ---- the bucket

    S3Client s3() {
        return main.lookupByType(S3Client.class).get("s3Client");
    }

    byte[] object(String key) {
        return s3().getObjectAsBytes(r -> r.bucket("media").key(key)).asByteArray();
    }

    HeadObjectResponse head(String key) {
        return s3().headObject(r -> r.bucket("media").key(key));
    }

    List<String> keys(String prefix) {
        return s3().listObjectsV2Paginator(r -> r.bucket("media").prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private List<String> lastLines() {
        List<String> lines = log.lines();
        return lines.subList(Math.max(0, lines.size() - 30), lines.size());
    }

    @Override
    public void close() {
        stop();
        log.close();
        try (var files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
