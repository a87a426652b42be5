package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes again and again does not fill the log. */
class QuietLogIT {
    private static final String TOKEN = "kling-token-0123456789";

    private final OffsetClock clock = new OffsetClock();
    private final FakeKling kling = new FakeKling(clock, "kling-key", "access", "secret");
    private final RunningMediakeep app = new RunningMediakeep(clock)
            .provider("kling", kling, TOKEN)
            .set("mediakeep.kling.api-key", "kling-key")
            .set("mediakeep.kling.callback-secret", "whsec_bWVkaWFrZWVwIGRlbW8gc2lnbmluZyBzZWNyZXQgMDE=");

    @AfterEach
    void stop() {
        app.close();
        kling.close();
    }

    @Test
    void aProviderThatCannotBeReachedIsOneLineForAllItsLists() {
        app.set("mediakeep.kling.api-url", "http://127.0.0.1:9").start();

        app.await("every list was tried", () -> app.count("SELECT count(*) FROM poll WHERE failures > 1") > 10);

        assertThat(warnings()).filteredOn(line -> line.contains("kling")).hasSize(1);
    }

    @Test
    void callbacksThatAreRefusedForEverOtherReasonsAreOneLine() {
        app.start();

        for (int age = 0; age < 40; age++) {
            String time = String.valueOf(Instant.now().getEpochSecond() - 1_000 - 61L * age);
            int status = app.callback(
                            "/callbacks/kling/" + TOKEN,
                            "{}".getBytes(StandardCharsets.UTF_8),
                            Map.of("webhook-id", "id" + age, "webhook-timestamp", time, "webhook-signature", "v1,AAAA"))
                    .statusCode();
            assertThat(status).isEqualTo(401);
        }

        assertThat(warnings()).filteredOn(line -> line.contains("401")).hasSize(1);
    }

    @Test
    void anApiCallThatFailsByAnErrorOfOursIsALine() {
        new EditedRoutes()
                .replace(
                        "api.camel.yaml",
                        "ref: api\n            method: \"summary()\"",
                        "ref: manifests\n            method: \"key(nothing)\"")
                .into(app);
        app.start();

        for (int i = 0; i < 3; i++) {
            assertThat(app.api("GET", "/api/summary", null).statusCode()).isEqualTo(503);
        }

        assertThat(warnings())
                .filteredOn(line -> line.contains("Route api-summary fails by an error of ours"))
                .hasSize(1);
    }

    private List<String> warnings() {
        return app.log.lines().stream()
                .filter(line -> line.startsWith("WARN") || line.startsWith("ERROR"))
                .toList();
    }
}
