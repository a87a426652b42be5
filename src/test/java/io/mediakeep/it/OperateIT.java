package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator looks at, on the management port. */
class OperateIT {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(mediakeep_\\w+)`");

    private final OffsetClock clock = new OffsetClock();
    private final FakeVidu vidu = new FakeVidu("vidu-key");
    private RunningMediakeep app;

    @BeforeEach
    void start() {
        app = new RunningMediakeep(clock)
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key")
                .start();
    }

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
    }

    @Test
    void theDocumentedMetricsAreThoseThatAreThere() throws IOException {
        Set<String> documented = new TreeSet<>();
        Matcher rows = ROW.matcher(Files.readString(Path.of("docs/operations.md")));
        while (rows.find()) {
            documented.add(rows.group(1));
        }

        Set<String> there = observe("metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("mediakeep_"))
                .map(line -> line.replaceFirst("[{ ].*", "").replaceFirst("_(count|sum)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(there).isEqualTo(documented);
    }

    @Test
    void theGaugesFollowTheLedger() {
        app.await("the first look", () -> app.metric("mediakeep_callbacks_waiting") == 0);
        assertThat(app.metric("mediakeep_disk_free_bytes", "place=\"ledger\"")).isPositive();
        assertThat(app.metric("mediakeep_disk_free_bytes", "place=\"bucket\"")).isPositive();
        assertThat(app.metric("mediakeep_media_nearest_expiry_seconds")).isNaN();
        app.await("a whole poll", () -> app.metric("mediakeep_poll_lag_seconds", "list=\"tasks\"") < 60);

        assertThat(app.metric("mediakeep_ledger_wal_bytes")).isPositive();
    }

    @Test
    void livenessFallsWhenTheLedgersWriterHasDied() throws Exception {
        assertThat(observe("health/live").statusCode()).isEqualTo(200);

        List<Thread> writers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ledger-writer"))
                .toList();
        assertThat(writers).isNotEmpty();
        for (Thread writer : writers) {
            writer.interrupt();
            writer.join();
        }

        HttpResponse<String> dead = observe("health/live");
        assertThat(dead.statusCode()).isEqualTo(503);
        assertThat(dead.body()).contains("a thread that writes the ledger has died: restart this process");
    }

    @Test
    void aStorageThatIsAwayIsNoReasonToRestart() throws IOException {
        app.stop();
        app.set("mediakeep.storage.endpoint", "http://127.0.0.1:9").set("mediakeep.storage.access-key", "access");
        app.set("mediakeep.storage.secret-key", "secret-secret-secret").start();

        assertThat(observe("health/live").statusCode()).isEqualTo(200);
        HttpResponse<String> ready = observe("health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("cannot be used: no answer").doesNotContain("secret-secret-secret");
        assertThat(app.get("/api/summary").path("storage").path("problem").asText())
                .contains("cannot be used")
                .doesNotContain("secret-secret-secret");
    }

    @Test
    void theSummarySaysWhatAHeadlineNeeds() {
        app.await("the first look", () -> app.metric("mediakeep_callbacks_waiting") == 0);
        JsonNode summary = app.get("/api/summary");
        assertThat(summary.path("storage").path("problem").isNull()).isTrue();
        assertThat(summary.path("ledger").path("problem").isNull()).isTrue();
        JsonNode provider = summary.path("providers").path("vidu");
        assertThat(provider.path("callbacks"))
                .isEqualTo(FakeServer.parse("{\"seen\":0,\"missed\":0,\"missedLately\":0,\"expected\":true}"));
        assertThat(provider.path("oldestDueRead").isNull()).isTrue();
        assertThat(provider.path("waitsForHost").asInt(-1)).isZero();
        assertThat(summary.path("announcements").path("oldestUnsent").isNull()).isTrue();
    }

    private HttpResponse<String> observe(String path) {
        return app.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.managementPort() + "/observe/" + path)));
    }
}
