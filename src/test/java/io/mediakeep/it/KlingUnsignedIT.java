package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Kling with access key and secret key, and without a webhook secret: callbacks are hints. */
class KlingUnsignedIT {
    private static final String TOKEN = "kling-token-0123456789";
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeKling kling;
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        kling = new FakeKling(CLOCK, null, "access-key-1", "secret-key-of-kling");
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("kling", kling, TOKEN)
                .set("mediakeep.kling.access-key", "access-key-1")
                .set("mediakeep.kling.secret-key", "secret-key-of-kling")
                .set("mediakeep.kling.lists", "videos/text2video,images/generations,audio/text-to-audio,tasks")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        kling.close();
        origin.close();
    }

    @Test
    void signsTokensThatKlingAcceptsAndRenewsThem() {
        app.await("a poll", () -> kling.tokens.size() == 1);
        CLOCK.advance(Duration.ofMinutes(20));
        app.await("a new token", () -> kling.tokens.size() == 2);
        CLOCK.advance(Duration.ofMinutes(20));
        kling.put(
                "videos/text2video",
                KlingTasks.legacy("jwt-1", "succeed", KlingTasks.videos("v", origin.put("jwt", Media.mp4(1)))));
        app.awaitStored("kling", "jwt-1", 1);
        for (JsonNode poll :
                app.get("/api/summary").path("providers").path("kling").path("polls")) {
            assertThat(poll.path("problem").isNull()).as(poll.toString()).isTrue();
        }
    }

    @Test
    void leavesOutTheListThatNeedsAnApiKey() {
        app.await("a poll", () -> !kling.calls("/v1/audio/text-to-audio").isEmpty());
        assertThat(kling.calls("/tasks")).isEmpty();
    }

    @Test
    void confirmsAnUnsignedCallbackWhereverTheTaskIs() {
        String good = origin.put("good", Media.mp4(2));
        String evil = origin.put("evil", Media.mp4(3));
        kling.putUnlisted("images/generations", KlingTasks.legacy("hint-1", "succeed", KlingTasks.videos("v", good)));

        callback(KlingTasks.legacy("hint-1", "succeed", KlingTasks.videos("v", evil, "w", evil)));

        JsonNode task = app.awaitStored("kling", "hint-1", 1);
        assertThat(app.object("kling/hint-1/video-v.mp4")).isEqualTo(Media.mp4(2));
        assertThat(task.path("firstSeenBy").asText()).isEqualTo("callback");
        assertThat(origin.gets("evil")).isEmpty();
    }

    @Test
    void believesNoForgedFailure() {
        kling.putUnlisted("images/generations", KlingTasks.legacy("hint-2", "processing", null));

        callback(KlingTasks.legacy("hint-2", "failed", null));

        app.awaitStatus("kling", "hint-2", "processing");
    }

    private static void callback(Map<String, Object> body) {
        byte[] bytes = FakeServer.write(body).getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback("/callbacks/kling/" + TOKEN, bytes, Map.of()).statusCode())
                .isEqualTo(200);
    }
}
