package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Suno API: no list, unsigned callbacks, every open task watched by its details. */
class SunoIT {
    private static final String KEY = "suno-api-key-secret";
    private static final String TOKEN = "suno-token-0123456789";
    private static final String DOOR = "/callbacks/suno/" + TOKEN;
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeSuno suno;
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        suno = new FakeSuno(KEY);
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("suno", suno, TOKEN)
                .set("mediakeep.suno.api-key", KEY)
                .set("mediakeep.watch.from", "seda:named-tasks")
                .set("mediakeep.suno.calls", "40")
                .set("mediakeep.suno.calls-period", "1000")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        suno.close();
        origin.close();
    }

    @Test
    void storesAMusicVideoThatItsCallbackNames() {
        String url = origin.put("v1.mp4", Media.mp4(1));
        suno.putVideo("mp4-1", FakeSuno.video("mp4-1", "SUCCESS", url, null));

        video(200, "MP4 generated successfully.", "mp4-1", url);

        JsonNode task = app.awaitStored("suno", "mp4-1", 1);
        assertThat(task.path("firstSeenBy").asText()).isEqualTo("callback");
        assertThat(app.object("suno/mp4-1/video-0.mp4")).isEqualTo(Media.mp4(1));
        assertThat(suno.calls("/api/v1/mp4/record-info")).anyMatch(call -> "mp4-1".equals(call.parameter("taskId")));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 451, 500})
    void failsWhereCallbackAndDetailsSayAFailure(int code) {
        String id = "mp4-failed-" + code;
        suno.putVideo(id, FakeSuno.video(id, "GENERATE_MP4_FAILED", null, "Download failed"));

        video(code, "Download failed", id, null);

        assertThat(app.awaitStatus("suno", id, "failed").path("statusMessage").asText())
                .isEqualTo("Download failed");
    }

    @Test
    void endsMusicOnlyWithTheCompleteCallback() {
        String first = origin.put("t1.mp3", Media.mp3(2));
        String second = origin.put("t2.mp3", Media.mp3(3));
        String cover = origin.put("t.png", Media.png(4));

        suno.putMusic("music-1", music("music-1", "TEXT_SUCCESS"));
        song("text", "music-1");
        app.awaitTask("suno", "music-1", task -> !task.isMissingNode());

        suno.putMusic("music-1", music("music-1", "FIRST_SUCCESS", track("a", first, cover), track("b", "", cover)));
        song("first", "music-1", snake("a", first, cover), snake("b", "", cover));
        JsonNode open = app.awaitTask("suno", "music-1", task -> RunningMediakeep.states(task, "stored") == 3);
        assertThat(open.path("status").asText()).isEqualTo("processing");

        suno.putMusic("music-1", music("music-1", "SUCCESS", track("a", first, cover), track("b", second, cover)));
        song("complete", "music-1", snake("a", first, cover), snake("b", second, cover));
        app.awaitStored("suno", "music-1", 4);
        assertThat(app.object("suno/music-1/audio-a.mp3")).isEqualTo(Media.mp3(2));
        assertThat(app.object("suno/music-1/audio-b.mp3")).isEqualTo(Media.mp3(3));
        assertThat(app.keys("suno/music-1/")).noneMatch(key -> key.contains("stream"));
    }

    @Test
    void failsMusicWhoseCallbackIsAnError() {
        Map<String, Object> details = music("music-2", "GENERATE_AUDIO_FAILED");
        details.put("errorMessage", "Audio generation failed.");
        suno.putMusic("music-2", details);

        callback(map(
                "code",
                501,
                "msg",
                "Audio generation failed.",
                "data",
                map("callbackType", "error", "task_id", "music-2", "data", null)));

        assertThat(app.awaitStatus("suno", "music-2", "failed")
                        .path("statusMessage")
                        .asText())
                .isEqualTo("Audio generation failed.");
    }

    @Test
    void takesACallbackExceptionForASuccessWhereAUrlIsThere() {
        String url = origin.put("ce.mp4", Media.mp4(5));
        suno.putVideo("ce-1", FakeSuno.video("ce-1", "CALLBACK_EXCEPTION", url, null));
        watch("ce-1");
        app.awaitStored("suno", "ce-1", 1);
    }

    @Test
    void goesOnAfterACallbackExceptionWithoutAUrl() {
        suno.putVideo("ce-2", FakeSuno.video("ce-2", "CALLBACK_EXCEPTION", null, null));
        watch("ce-2");
        app.awaitStatus("suno", "ce-2", "processing");

        suno.putVideo("ce-2", FakeSuno.video("ce-2", "CALLBACK_EXCEPTION", origin.put("ce2", Media.mp4(6)), null));

        app.awaitStored("suno", "ce-2", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "PENDING, submitted",
        "CREATE_TASK_FAILED, failed",
        "GENERATE_AUDIO_FAILED, failed",
        "SENSITIVE_WORD_ERROR, failed",
        "TEXT_SUCCESS, processing",
        "FIRST_SUCCESS, processing"
    })
    void knowsEveryStatusOfMusic(String word, String status) {
        String id = "status-" + word;
        suno.putMusic(id, music(id, word));
        watch(id);
        app.awaitTask(
                "suno",
                id,
                task -> task.path("status").asText().equals(status)
                        && !task.path("polledAt").isNull());
    }

    @Test
    void watchesATaskThatTheApiNamesUntilItEnds() {
        suno.putVideo("watch-1", FakeSuno.video("watch-1", "PENDING", null, null));

        HttpResponse<String> answer = app.api("POST", "/api/tasks/suno", "{\"taskId\":\"watch-1\"}");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(FakeServer.parse(answer.body()).path("status").asText()).isEqualTo("watching");
        app.await("it is read", () -> calls("watch-1") >= 2);
        suno.putVideo("watch-1", FakeSuno.video("watch-1", "SUCCESS", origin.put("wa", Media.mp4(7)), null));

        JsonNode task = app.awaitStored("suno", "watch-1", 1);
        assertThat(task.path("firstSeenBy").asText()).isEqualTo("watch");
        assertThat(task.path("callbackAt").isNull()).isTrue();
        assertThat(task.path("read").isNull()).isTrue();
    }

    @Test
    void watchesATaskThatAMessageNames() {
        suno.putVideo("watch-2", FakeSuno.video("watch-2", "SUCCESS", origin.put("wb", Media.mp4(8)), null));
        app.main()
                .getCamelContext()
                .createFluentProducerTemplate()
                .to("seda:named-tasks")
                .withBody("{\"provider\":\"suno\",\"taskId\":\"watch-2\",\"product\":\"mp4\"}")
                .send();
        app.awaitStored("suno", "watch-2", 1);
        assertThat(suno.calls("/api/v1/generate/record-info"))
                .noneMatch(call -> "watch-2".equals(call.parameter("taskId")));
    }

    @Test
    void watchesATaskWhoseCallbackSaidThatItGoesOn() {
        suno.putMusic("watch-3", music("watch-3", "TEXT_SUCCESS"));
        song("text", "watch-3");
        app.await("it is read", () -> calls("watch-3") >= 2);
        suno.putMusic(
                "watch-3",
                music(
                        "watch-3",
                        "SUCCESS",
                        track("a", origin.put("wc.mp3", Media.mp3(9)), origin.put("wc.png", Media.png(9)))));
        app.awaitStored("suno", "watch-3", 2);
    }

    @Test
    void storesNothingThatAForgedCallbackNames() {
        String url = origin.put("forged.mp4", Media.mp4(10));
        video(200, "MP4 generated successfully.", "forged-1", url);
        suno.putVideo("forged-2", FakeSuno.video("forged-2", "PENDING", null, null));
        video(200, "MP4 generated successfully.", "forged-2", url);

        app.await("both were asked for", () -> calls("forged-1") >= 2 && calls("forged-2") >= 2);
        assertThat(app.awaitStatus("suno", "forged-2", "submitted").path("media"))
                .isEmpty();
        assertThat(app.awaitStatus("suno", "forged-1", "submitted").path("media"))
                .isEmpty();
        app.await("it is told that nobody knows the task", () -> {
            if (app.count("SELECT count(*) FROM task WHERE task_id = 'forged-1' AND read_at > " + CLOCK.millis())
                    == 1) {
                CLOCK.advance(Duration.ofMinutes(1));
            }
            return app.deadLetters("task_unknown").stream()
                    .anyMatch(letter -> letter.path("taskId").asText().equals("forged-1"));
        });
        assertThat(origin.gets("forged.mp4")).isEmpty();
        assertThat(app.keys("suno/forged")).noneMatch(key -> key.endsWith(".mp4"));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 430})
    void pausesWhereTheCodeInAGoodAnswerSaysSo(int code) throws Exception {
        String id = "code-" + code;
        suno.putVideo(id, FakeSuno.video(id, "SUCCESS", origin.put(id, Media.mp4(11)), null));
        try (AutoCloseable busy = suno.fault(
                call -> id.equals(call.parameter("taskId")),
                FakeServer.Answer.json(200, map("code", code, "msg", "no", "data", null)))) {
            watch(id);
            app.await("it was asked for", () -> calls(id) >= 1);
            app.await(
                    "it waits",
                    () -> app.count("SELECT count(*) FROM task WHERE task_id = '" + id + "' AND read_at > "
                                    + (CLOCK.millis() + 1_000))
                            == 1);
            assertThat(app.task("suno", id).path("status").asText()).isEqualTo("submitted");
        }
        CLOCK.advance(Duration.ofMinutes(10));
        app.awaitStored("suno", id, 1);
        assertThat(app.deadLetters("task_unknown"))
                .noneMatch(letter -> letter.path("taskId").asText().equals(id));
    }

    @Test
    void makesNoCallStorm() {
        try (FakeSuno limited = new FakeSuno(KEY);
                RunningMediakeep other = new RunningMediakeep(CLOCK)) {
            other.provider("suno", limited, TOKEN)
                    .set("mediakeep.suno.api-key", KEY)
                    .set("mediakeep.suno.calls", "5")
                    .set("mediakeep.suno.calls-period", "2000")
                    .start();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String id = "storm-" + i;
                ids.add(id);
                limited.putVideo(id, FakeSuno.video(id, "SUCCESS", origin.put(id, Media.mp4(70 + i)), null));
                other.api("POST", "/api/tasks/suno", "{\"taskId\":\"" + id + "\",\"product\":\"mp4\"}");
            }
            ids.forEach(id -> other.awaitStored("suno", id, 1));

            List<Long> times = limited.calls().stream()
                    .map(FakeServer.Call::nanos)
                    .sorted()
                    .toList();
            for (int i = 0; i + 5 < times.size(); i++) {
                // Every sixth call comes a period after the first; half of it is left for the way to the server.
                assertThat(times.get(i + 5) - times.get(i)).isGreaterThan(1_000_000_000L);
            }
        }
    }

    // ---- helpers

    private static int calls(String id) {
        return (int) suno.calls().stream()
                .filter(call -> id.equals(call.parameter("taskId")))
                .count();
    }

    private static void watch(String id) {
        assertThat(app.api("POST", "/api/tasks/suno", "{\"taskId\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(202);
    }

    private static void video(int code, String message, String id, String url) {
        callback(map("code", code, "msg", message, "data", map("task_id", id, "video_url", url)));
    }

    @SafeVarargs
    private static void song(String type, String id, Map<String, Object>... tracks) {
        callback(map(
                "code", 200, "msg", "ok", "data", map("callbackType", type, "task_id", id, "data", List.of(tracks))));
    }

    private static void callback(Map<String, Object> body) {
        byte[] bytes = FakeServer.write(body).getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback(DOOR, bytes, Map.of()).statusCode()).isEqualTo(200);
    }

    @SafeVarargs
    private static Map<String, Object> music(String id, String status, Map<String, Object>... tracks) {
        return map(
                "taskId",
                id,
                "parentMusicId",
                "",
                "param",
                "{}",
                "response",
                tracks.length == 0 ? null : map("taskId", id, "sunoData", List.of(tracks)),
                "status",
                status,
                "type",
                "GENERATE",
                "errorCode",
                null,
                "errorMessage",
                null);
    }

    private static Map<String, Object> track(String id, String audio, String image) {
        return map(
                "id",
                id,
                "audioUrl",
                audio,
                "streamAudioUrl",
                "http://127.0.0.1:9/stream",
                "imageUrl",
                image,
                "modelName",
                "chirp",
                "createTime",
                "2025-01-01 00:00:00",
                "duration",
                198.44);
    }

    private static Map<String, Object> snake(String id, String audio, String image) {
        return map(
                "id",
                id,
                "audio_url",
                audio,
                "stream_audio_url",
                "http://127.0.0.1:9/stream",
                "image_url",
                image,
                "model_name",
                "chirp",
                "createTime",
                "2025-01-01 00:00:00",
                "duration",
                198.44);
    }
}
