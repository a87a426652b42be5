package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ledger goes away under the running product, and comes back. */
class LedgerAwayIT {
    private static final String DOOR = "/callbacks/suno/suno-token-0123456789";

    private final FakeSuno suno = new FakeSuno("suno-key");
    private final OffsetClock clock = new OffsetClock();
    private final RunningMediakeep app = new RunningMediakeep(clock)
            .provider("suno", suno, "suno-token-0123456789")
            .set("mediakeep.suno.api-key", "suno-key");

    @AfterEach
    void stop() {
        app.close();
        suno.close();
    }

    @Test
    void whileTheFileIsAwayCallbacksAreRefusedAndHealthSaysWhy() throws Exception {
        app.start();
        Path file = app.directory().resolve("ledger.db");
        assertThat(callback("before")).isEqualTo(200);
        assertThat(observe("health").statusCode()).isEqualTo(200);

        Files.move(file, app.directory().resolve("away.db"));

        assertThat(callback("after")).isEqualTo(503);
        assertThat(observe("health").statusCode()).isEqualTo(503);
        assertThat(observe("health/ready").body()).contains("ledger.db was removed");
        assertThat(observe("health/live").statusCode()).isEqualTo(200);
        assertThat(file).doesNotExist();

        Files.move(app.directory().resolve("away.db"), file);

        app.await("the ledger is taken up", () -> callback("again") == 200);
        assertThat(observe("health/ready").statusCode()).isEqualTo(200);
        // The one between may be there: its commit was not vouched for.
        assertThat(app.count("SELECT count(*) FROM callback")).isBetween(2L, 3L);
    }

    @Test
    void aServerThatIsAwayIsALineWhenThatBeginsOneAMinuteAndOneWhenItIsBack() throws Exception {
        Path data = app.directory().resolve("postgres");
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
        int port = server.getPort();
        try {
            app.set("mediakeep.ledger.url", server.getJdbcUrl("postgres", "postgres"))
                    .set("mediakeep.ledger.user", "postgres")
                    .start();
            assertThat(callback("before")).isEqualTo(200);
            int before = trouble().size();

            server.close();
            app.await("the ledger is missed", () -> observe("health/ready").statusCode() == 503);
            for (int i = 0; i < 20; i++) {
                assertThat(callback("while away " + i)).isEqualTo(503);
            }
            assertThat(trouble().size() - before)
                    .as("lines while it is away: %s", trouble())
                    .isBetween(1, 3);

            server = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .start();
            app.await("callbacks are taken again", () -> callback("again") == 200);
            clock.advance(Duration.ofSeconds(20));
            app.await(
                    "its end is said",
                    () -> app.log.lines().stream()
                            .anyMatch(line -> line.contains("The ledger takes or gives nothing: over after")));
            assertThat(trouble().size() - before)
                    .as("lines of the whole: %s", trouble())
                    .isLessThanOrEqualTo(5);
        } finally {
            app.stop();
            server.close();
        }
    }

    private List<String> trouble() {
        return app.log.lines().stream()
                .filter(line -> line.startsWith("WARN") || line.startsWith("ERROR"))
                .toList();
    }

    private int callback(String id) {
        byte[] body = ("{\"code\":500,\"msg\":\"no\",\"data\":{\"task_id\":\"" + id + "\",\"video_url\":null}}")
                .getBytes(StandardCharsets.UTF_8);
        return app.callback(DOOR, body, Map.of()).statusCode();
    }

    private HttpResponse<String> observe(String path) {
        return app.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.managementPort() + "/observe/" + path)));
    }
}
