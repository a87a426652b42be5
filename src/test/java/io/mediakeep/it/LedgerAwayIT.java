package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ledger goes away under the running product, and comes back. */
class LedgerAwayIT {
    private static final String DOOR = "/callbacks/suno/suno-token-0123456789";

    private final FakeSuno suno = new FakeSuno("suno-key");
    private final RunningMediakeep app = new RunningMediakeep(new OffsetClock())
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
