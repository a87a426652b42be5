package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A host that no setting names, in an answer of our own and in a callback, and the operator who accepts it. */
class HostsIT {
    private static final String KLING_TOKEN = "kling-token-0123456789";

    private static FakeSuno suno;
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        suno = new FakeSuno("key");
        origin = new FakeOrigin();
        app = new RunningMediakeep(new OffsetClock())
                .provider("suno", suno, "suno-token-0123456789")
                .set("mediakeep.suno.api-key", "key")
                .set("mediakeep.suno.media-hosts", "cdn.example")
                .set("mediakeep.kling.enabled", "true")
                .set("mediakeep.kling.callback-token", KLING_TOKEN)
                .set("mediakeep.kling.confirm", "never")
                .set("mediakeep.kling.media-hosts", "cdn.example")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        suno.close();
        origin.close();
    }

    @Test
    void oneCallAcceptsAHostForOneProviderAndWhatWaitedIsStored() {
        watch("own", origin.put("own", Media.mp4(1)).replace("127.0.0.1", "localhost"));
        JsonNode media = awaitRefused("own", "localhost").at("/media/0");
        assertThat(media.path("state").asText()).isEqualTo("due");
        assertThat(media.path("reason").asText()).isEqualTo("url_host");
        assertThat(media.path("waitsForHost").asBoolean()).isTrue();
        assertThat(media.path("expiresAt").asText()).isNotEmpty();
        assertThat(app.get("/api/hosts/suno").path("configured").get(0).asText())
                .isEqualTo("cdn.example");
        assertThat(app.get("/api/hosts/suno").path("refused"))
                .anyMatch(refused -> refused.path("host").asText().equals("localhost")
                        && refused.path("waiting").asInt() == 1
                        && refused.path("nearestExpiry").isTextual());
        app.await("gauge", () -> app.metric("mediakeep_media_waiting_for_host", "provider", "suno") >= 1);

        assertThat(accept("kling", "localhost")).isZero();
        assertThat(accept("suno", "LocalHost")).isEqualTo(1);
        app.awaitStored("suno", "own", 1);
        assertThat(app.get("/api/hosts/suno")
                        .path("accepted")
                        .get(0)
                        .path("host")
                        .asText())
                .isIn("localhost", "127.0.0.1");
        watch("next", origin.put("next", Media.mp4(2)).replace("127.0.0.1", "localhost"));
        app.awaitStored("suno", "next", 1);
    }

    @Test
    void theTargetOfARedirectWaitsLikeTheFirstHost() {
        watch("hop", origin.put("hop", Media.mp4(3), FakeOrigin.Fault.MOVED, -1));
        awaitRefused("hop", "127.0.0.1");

        accept("suno", "127.0.0.1");
        assertThat(awaitRefused("hop", "127.0.0.2").at("/media/0/state").asText())
                .isEqualTo("due");
        assertThat(origin.gets("hop")).isNotEmpty();
    }

    @Test
    void aHostThatOnlyACallbackNamesIsADeadLetterUntilItIsAccepted() {
        String body = """
                {"id": "told", "status": "succeeded", "outputs": [{"type": "video", "id": "v", "url": "%s"}]}
                """.formatted(origin.put("told", Media.mp4(4)));
        app.callback("/callbacks/kling/" + KLING_TOKEN, body.getBytes(StandardCharsets.UTF_8), Map.of());
        app.await("letter", () -> app.deadLetters("url_host").size() == 1);
        assertThat(app.deadLetters("url_host").get(0).path("refusedHost").asText())
                .isEqualTo("127.0.0.1");

        assertThat(accept("kling", "127.0.0.1")).isEqualTo(1);
        app.awaitStored("kling", "told", 1);
        assertThat(app.deadLetters("url_host")).isEmpty();
    }

    @Test
    void onlyOneHostOfAnEnabledProviderIsAccepted() {
        for (String host : List.of("*", "*.example.com", "a.example,b.example", "a.example:80", "a b", "", "-")) {
            assertThat(post("suno", "{\"host\":\"" + host + "\"}")).as(host).isEqualTo(400);
        }
        assertThat(post("suno", "{\"host\":7}")).isEqualTo(400);
        assertThat(post("suno", "{}")).isEqualTo(400);
        assertThat(post("vidu", "{\"host\":\"a.example\"}")).isEqualTo(404);
        assertThat(app.api("GET", "/api/hosts/vidu", null).statusCode()).isEqualTo(404);
    }

    private static JsonNode awaitRefused(String task, String host) {
        return app.awaitTask(
                "suno", task, found -> found.at("/media/0/refusedHost").asText().equals(host));
    }

    private static int accept(String provider, String host) {
        String body = app.api("POST", "/api/hosts/" + provider, "{\"host\":\"" + host + "\"}")
                .body();
        return Integer.parseInt(body.replaceFirst(".*\"media\":(\\d+).*", "$1"));
    }

    private static int post(String provider, String body) {
        return app.api("POST", "/api/hosts/" + provider, body).statusCode();
    }

    private static void watch(String id, String url) {
        suno.putVideo(id, FakeSuno.video(id, "SUCCESS", url, null));
        assertThat(app.api("POST", "/api/tasks/suno", "{\"taskId\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(202);
    }
}
