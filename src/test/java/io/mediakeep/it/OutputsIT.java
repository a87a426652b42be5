package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a provider calls one output, or two: by lists, generations and callbacks that name them differently. */
class OutputsIT {
    private static final String KEY = "api-key-secret-0123";
    private static final String TOKEN = "token-0123456789-abcd";
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeKling kling;
    private static FakeSuno suno;
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        kling = new FakeKling(CLOCK, KEY, "ak", "sk");
        suno = new FakeSuno(KEY);
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("kling", kling, TOKEN)
                .set("mediakeep.kling.api-key", KEY)
                .set("mediakeep.kling.lists", "videos/text2video,images/generations,tasks")
                .provider("suno", suno, TOKEN)
                .set("mediakeep.suno.api-key", KEY)
                .set("mediakeep.suno.calls", "40")
                .set("mediakeep.suno.calls-period", "1000")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        kling.close();
        suno.close();
        origin.close();
    }

    @Test
    void storesTwoImagesThatHaveOneIndex() {
        String first = origin.put("d0.png", Media.png(1));
        String second = origin.put("d1.png", Media.png(2));
        kling.put(
                "images/generations",
                KlingTasks.legacy(
                        "index-twice",
                        "succeed",
                        map("images", List.of(map("index", 0, "url", first), map("index", 0, "url", second)))));

        app.awaitStored("kling", "index-twice", 2);
        assertThat(app.object("kling/index-twice/image-0.png")).isEqualTo(Media.png(1));
        assertThat(app.object("kling/index-twice/image-0-2.png")).isEqualTo(Media.png(2));
    }

    @Test
    void storesOneObjectOfATaskThatTwoListsShow() {
        String url = origin.put("w5.mp4", Media.mp4(5));
        kling.put("videos/text2video", KlingTasks.legacy("two-lists", "succeed", KlingTasks.videos("7001", url)));
        app.awaitStored("kling", "two-lists", 1);

        kling.put("tasks", newer("two-lists", "990077", url + "?x=2"));

        JsonNode task = app.awaitTask("kling", "two-lists", OutputsIT::hasAlias);
        assertThat(RunningMediakeep.media(task, "video-7001")
                        .path("aliases")
                        .get(0)
                        .asText())
                .isEqualTo("video-990077");
        assertOneObject("two-lists");
    }

    @Test
    void storesOneObjectOfTheSameBytesAtAnotherAddress() {
        kling.put(
                "videos/text2video",
                KlingTasks.legacy(
                        "two-hosts", "succeed", KlingTasks.videos("7002", origin.put("w6.mp4", Media.mp4(6)))));
        app.awaitStored("kling", "two-hosts", 1);

        kling.put("tasks", newer("two-hosts", "990078", origin.put("elsewhere/w6.mp4", Media.mp4(6))));

        app.awaitTask("kling", "two-hosts", OutputsIT::hasAlias);
        assertOneObject("two-hosts");
    }

    @Test
    void replacesAPartThatWasStoredBeforeItsTaskEnded() {
        byte[] whole = Media.mp3(9);
        byte[] part = java.util.Arrays.copyOf(whole, 417 * 3);
        String stream = origin.put("stream/abc", part);
        suno.putMusic("stream-first", music("stream-first", "FIRST_SUCCESS", stream));
        callback("first", "stream-first", stream);
        app.awaitTask("suno", "stream-first", task -> RunningMediakeep.states(task, "stored") == 1);
        assertThat(app.object("suno/stream-first/audio-trk.mp3")).isEqualTo(part);

        String file = origin.put("abc.mp3", whole);
        suno.putMusic("stream-first", music("stream-first", "SUCCESS", file));
        callback("complete", "stream-first", file);

        app.await("the whole", () -> app.object("suno/stream-first/audio-trk.mp3").length == whole.length);
        JsonNode task = app.awaitStored("suno", "stream-first", 1);
        assertThat(app.object("suno/stream-first/audio-trk.mp3")).isEqualTo(whole);
        assertThat(RunningMediakeep.media(task, "audio-trk").path("sha256").asText())
                .isEqualTo(Media.sha256(whole));
        app.await(
                "the manifest tells of the whole",
                () -> new String(app.object("suno/stream-first/task.json"), java.nio.charset.StandardCharsets.UTF_8)
                        .contains(Media.sha256(whole)));
    }

    private static boolean hasAlias(JsonNode task) {
        return task.path("media").size() == 1
                && task.path("media").get(0).path("aliases").size() == 1;
    }

    private static void assertOneObject(String id) {
        app.await(
                "one object",
                () -> app.keys("kling/" + id + "/").stream()
                                .filter(key -> !key.endsWith("task.json"))
                                .count()
                        == 1);
        app.await(
                "the manifest tells the alias",
                () -> new String(app.object("kling/" + id + "/task.json"), java.nio.charset.StandardCharsets.UTF_8)
                        .contains("\"aliases\""));
        assertThat(app.task("kling", id).path("media").size()).isEqualTo(1);
    }

    private static Map<String, Object> newer(String id, String output, String url) {
        Map<String, Object> task = new LinkedHashMap<>();
        task.put("id", id);
        task.put("status", "succeeded");
        task.put("create_time", CLOCK.millis());
        task.put("update_time", CLOCK.millis());
        task.put("outputs", List.of(map("type", "video", "id", output, "url", url, "watermark_url", "")));
        return task;
    }

    private static Map<String, Object> music(String id, String status, String url) {
        return map(
                "taskId",
                id,
                "status",
                status,
                "response",
                map("sunoData", List.of(map("id", "trk", "audioUrl", url))));
    }

    private static void callback(String type, String id, String url) {
        byte[] body = FakeServer.write(map(
                        "code",
                        200,
                        "msg",
                        "ok",
                        "data",
                        map("callbackType", type, "task_id", id, "data", List.of(map("id", "trk", "audio_url", url)))))
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(app.callback("/callbacks/suno/" + TOKEN, body, Map.of()).statusCode())
                .isEqualTo(200);
    }
}
