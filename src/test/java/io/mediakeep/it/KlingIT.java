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
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kling with an API key and signed callbacks, both API generations on one door. */
class KlingIT {
    private static final String TOKEN = "kling-token-0123456789";
    private static final String DOOR = "/callbacks/kling/" + TOKEN;
    private static final String NEW_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String OLD_SECRET = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeKling kling;
    private static FakeOrigin origin;
    private static RunningMediakeep app;
    private static int callbacks;

    @BeforeAll
    static void start() {
        kling = new FakeKling(CLOCK, "kling-api-key-secret", null, null);
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("kling", kling, TOKEN)
                .set("mediakeep.kling.api-key", "kling-api-key-secret")
                .set("mediakeep.kling.callback-secret", NEW_SECRET + "," + OLD_SECRET)
                .set(
                        "mediakeep.kling.lists",
                        "videos/text2video,videos/image2video,images/generations,audio/text-to-audio,tasks")
                .set("mediakeep.kling.poll-page-size", "3")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        kling.close();
        origin.close();
    }

    @ParameterizedTest
    @CsvSource({"submitted, submitted", "processing, processing", "succeed, succeeded", "failed, failed"})
    void knowsEveryLegacyStatus(String word, String status) {
        String id = "8672837417591" + word.hashCode();
        Map<String, Object> result =
                word.equals("succeed") ? KlingTasks.videos("v1", origin.put("status.mp4", Media.mp4(1))) : null;

        signed(KlingTasks.legacy(id, word, result));

        JsonNode task = app.awaitStatus("kling", id, status);
        assertThat(task.path("firstSeenBy").asText()).isEqualTo("callback");
        assertThat(task.path("units").asText()).isEqualTo("3.5");
        assertThat(task.path("externalTaskId").asText()).isEqualTo("order-" + id);
    }

    @Test
    void storesVideosAndNeverTheParentVideo() {
        byte[] first = Media.mp4(2);
        byte[] second = Media.mp4(3);

        signed(KlingTasks.legacy(
                "867283741759111202",
                "succeed",
                KlingTasks.videos(
                        "867283799999999999", origin.put("a.mp4", first), "v2", origin.put("b.mp4", second))));

        JsonNode task = app.awaitStored("kling", "867283741759111202", 2);
        assertThat(app.object("kling/867283741759111202/video-867283799999999999.mp4"))
                .isEqualTo(first);
        assertThat(app.object("kling/867283741759111202/video-v2.mp4")).isEqualTo(second);
        assertThat(RunningMediakeep.media(task, "video-v2").path("sha256").asText())
                .isEqualTo(Media.sha256(second));
    }

    @Test
    void storesEveryImageAlsoOutOfOrder() {
        List<Object> images = new ArrayList<>();
        for (int index : new int[] {2, 0, 1, 8}) {
            images.add(map("index", index, "url", origin.put("image" + index + ".origin", Media.png(10 + index))));
        }

        signed(KlingTasks.legacy("images-1", "succeed", map("images", images)));

        app.awaitStored("kling", "images-1", 4);
        for (int index : new int[] {0, 1, 2, 8}) {
            assertThat(app.object("kling/images-1/image-" + index + ".png")).isEqualTo(Media.png(10 + index));
        }
    }

    @Test
    void storesBothFormsOfAnAudio() {
        Map<String, Object> audio = map(
                "id",
                "au1",
                "url_mp3",
                origin.put("au.mp3", Media.mp3(1)),
                "url_wav",
                origin.put("au.wav", Media.wav(1)),
                "duration_mp3",
                "3.2",
                "duration_wav",
                "3.2");

        signed(KlingTasks.legacy("audio-1", "succeed", map("audios", List.of(audio))));

        app.awaitStored("kling", "audio-1", 2);
        assertThat(app.object("kling/audio-1/audio-au1-mp3.mp3")).isEqualTo(Media.mp3(1));
        assertThat(app.object("kling/audio-1/audio-au1-wav.wav")).isEqualTo(Media.wav(1));
    }

    @Test
    void keepsTheReasonOfAFailure() {
        Map<String, Object> task = KlingTasks.legacy("failed-1", "failed", null);
        task.put("task_status_msg", "Failure to pass the risk control system");

        signed(task);

        assertThat(app.awaitStatus("kling", "failed-1", "failed")
                        .path("statusMessage")
                        .asText())
                .isEqualTo("Failure to pass the risk control system");
    }

    @Test
    void storesEveryOutputTypeOfTheNewStandard() {
        signed(KlingTasks.newer(
                "913827032734642185",
                "succeeded",
                map(
                        "type",
                        "video",
                        "id",
                        "ov",
                        "url",
                        origin.put("ov.mp4", Media.mp4(20)),
                        "watermark_url",
                        "",
                        "duration",
                        "5.041"),
                map("type", "image", "url", origin.put("oi1.png", Media.png(21)), "watermark_url", ""),
                map("type", "image", "url", origin.put("oi2.png", Media.png(22)), "group_id", "g"),
                map(
                        "type",
                        "audio",
                        "id",
                        "oa",
                        "mp3_url",
                        origin.put("oa.mp3", Media.mp3(23)),
                        "wav_url",
                        origin.put("oa.wav", Media.wav(24)),
                        "mp3_duration",
                        "1"),
                map(
                        "type",
                        "voice",
                        "id",
                        "vo",
                        "url",
                        origin.put("vo.mp3", Media.mp3(25)),
                        "name",
                        "n",
                        "status",
                        "succeeded"),
                map(
                        "type",
                        "element",
                        "id",
                        "el",
                        "materials",
                        List.of(
                                map("url", origin.put("el0.png", Media.png(26))),
                                map("url", origin.put("el1.png", Media.png(27)))))));

        JsonNode task = app.awaitStored("kling", "913827032734642185", 8);
        assertThat(app.object("kling/913827032734642185/video-ov.mp4")).isEqualTo(Media.mp4(20));
        assertThat(app.object("kling/913827032734642185/image-1.png")).isEqualTo(Media.png(21));
        assertThat(app.object("kling/913827032734642185/image-2.png")).isEqualTo(Media.png(22));
        assertThat(app.object("kling/913827032734642185/audio-oa-mp3.mp3")).isEqualTo(Media.mp3(23));
        assertThat(app.object("kling/913827032734642185/audio-oa-wav.wav")).isEqualTo(Media.wav(24));
        assertThat(app.object("kling/913827032734642185/voice-vo.mp3")).isEqualTo(Media.mp3(25));
        assertThat(app.object("kling/913827032734642185/element-el-0.png")).isEqualTo(Media.png(26));
        assertThat(app.object("kling/913827032734642185/element-el-1.png")).isEqualTo(Media.png(27));
        assertThat(task.path("units").asText()).isEqualTo("3");
        assertThat(task.path("externalTaskId").asText()).isEqualTo("order-913827032734642185");
    }

    @Test
    void answersTheTestCallbackOfTheConsole() {
        assertThat(signed(KlingTasks.newer("console-test", "submitted")).statusCode())
                .isEqualTo(200);
        app.awaitStatus("kling", "console-test", "submitted");
        assertThat(app.task("kling", "console-test").path("read").isNull()).isTrue();
    }

    @Test
    void acceptsEachSecretWhileOneIsReplaced() {
        byte[] body = bytes(KlingTasks.legacy("rotated-1", "processing", null));
        assertThat(app.callback(DOOR, body, FakeKling.sign("r-old", CLOCK, body, OLD_SECRET))
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.callback(DOOR, body, FakeKling.sign("r-both", CLOCK, body, OLD_SECRET, NEW_SECRET))
                        .statusCode())
                .isEqualTo(200);
        String foreign = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
        assertThat(app.callback(DOOR, body, FakeKling.sign("r-bad", CLOCK, body, foreign))
                        .statusCode())
                .isEqualTo(401);
        assertThat(app.callback(DOOR, body, Map.of()).statusCode()).isEqualTo(401);
    }

    @Test
    void findsTasksOfEveryPageOfALegacyListByThePoll() {
        for (int i = 0; i < 10; i++) {
            kling.put(
                    "videos/text2video",
                    KlingTasks.legacy(
                            "paged-" + i, "succeed", KlingTasks.videos("v", origin.put("p" + i, Media.mp4(100 + i)))));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(app.awaitStored("kling", "paged-" + i, 1)
                            .path("firstSeenBy")
                            .asText())
                    .isEqualTo("poll");
        }
        assertThat(kling.calls("/v1/videos/text2video").stream().map(call -> call.parameter("pageSize")))
                .containsOnly("3");
    }

    @Test
    void findsTasksOfTheUnifiedListByItsCursor() {
        for (int i = 0; i < 8; i++) {
            kling.put(
                    "tasks",
                    KlingTasks.newer(
                            "unified-" + i,
                            "succeeded",
                            map("type", "video", "id", "v", "url", origin.put("u" + i, Media.mp4(200 + i)))));
        }
        for (int i = 0; i < 8; i++) {
            app.awaitStored("kling", "unified-" + i, 1);
        }
        JsonNode asked = FakeServer.parse(kling.calls("/tasks").get(0).body());
        assertThat(asked.path("limit").asInt()).isEqualTo(3);
        assertThat(asked.path("end_time").asLong() - asked.path("start_time").asLong())
                .isGreaterThanOrEqualTo(30L * 86_400_000);
    }

    @Test
    void keepsOneKeyForWhatBothGenerationsShow() {
        String url = origin.put("both.mp4", Media.mp4(300));
        kling.put("videos/text2video", KlingTasks.legacy("both-1", "succeed", KlingTasks.videos("v9", url)));
        kling.put("tasks", KlingTasks.newer("both-1", "succeeded", map("type", "video", "id", "v9", "url", url)));

        app.awaitStored("kling", "both-1", 1);
        pollRounds(2);
        assertThat(app.keys("kling/both-1/"))
                .filteredOn(key -> !key.endsWith("task.json"))
                .hasSize(1);
    }

    @Test
    void letsOtherListsGoOnWhereOneIsDown() throws Exception {
        try (AutoCloseable down = kling.fault("/v1/images/generations", 500, "text/plain", "oops")) {
            kling.put(
                    "videos/image2video",
                    KlingTasks.legacy("beside-1", "succeed", KlingTasks.videos("v", origin.put("be", Media.mp4(5)))));
            app.awaitStored("kling", "beside-1", 1);
            app.await(
                    "the failed list is told",
                    () -> poll("images/generations").path("failures").asInt() > 0);
        }
    }

    @Test
    void readsTheCodeInTheAnswerOfAListNotOnlyItsStatus() throws Exception {
        String body = FakeServer.write(map("code", 1302, "message", "too many requests", "data", List.of()));
        try (AutoCloseable busy = kling.fault("/v1/audio/text-to-audio", 200, "application/json", body)) {
            app.await(
                    "the poll failed",
                    () -> poll("audio/text-to-audio").path("problem").asText().contains("1302"));
        }
        assertThat(poll("audio/text-to-audio").path("coveredUntil")).isNotNull();
    }

    @Test
    void mergesTheOthersWhereOneItemHasNoId() {
        List<String> ids = IntStream.range(0, 49).mapToObj(i -> "item-" + i).toList();
        Map<String, Object> broken = KlingTasks.legacy("item-x", "processing", null);
        broken.remove("task_id");
        broken.put("id", null);
        for (int i = 0; i < 49; i++) {
            kling.put("videos/image2video", KlingTasks.legacy(ids.get(i), "processing", null));
            if (i == 25) {
                kling.put("videos/image2video", broken);
            }
        }

        ids.forEach(id -> app.awaitStatus("kling", id, "processing"));
        app.await("a dead letter", () -> app.deadLetters("id_invalid").size() == 1);
        pollRounds(2);
        assertThat(app.deadLetters("id_invalid")).hasSize(1);
        assertThat(app.deadLetters("id_invalid").get(0).path("kind").asText()).isEqualTo("payload");
        assertThat(app.metric("mediakeep_dead_letters_total", "id_invalid")).isEqualTo(1);
        assertThat(app.log.lines())
                .filteredOn(line -> line.contains("id_invalid"))
                .hasSize(1);
        kling.remove("videos/image2video", "null");
    }

    @Test
    void tellsAnOutputThatCannotBeReadAndGoesOn() {
        Map<String, Object> odd = KlingTasks.newer("odd-1", "succeeded");
        odd.put("outputs", List.of(origin.url("odd")));
        kling.put("tasks", KlingTasks.newer("beside-odd-1", "processing"));
        kling.put("tasks", odd);
        kling.put("tasks", KlingTasks.newer("beside-odd-2", "processing"));

        app.awaitStatus("kling", "beside-odd-1", "processing");
        app.awaitStatus("kling", "beside-odd-2", "processing");
        app.await(
                "a dead letter",
                () -> app.deadLetters("payload_shape").stream()
                        .anyMatch(letter -> letter.path("taskId").asText().equals("odd-1")));
        kling.remove("tasks", "odd-1");
        assertThat(app.log.lines()).noneMatch(line -> line.contains(FakeOrigin.SIGNATURE));
    }

    @Test
    void replaysAReadWhoseAnswerNamedAnOutputThatCannotBeRead() {
        Map<String, Object> odd = KlingTasks.newer("odd-2", "succeeded");
        odd.put("outputs", List.of(origin.url("odd")));
        kling.putUnlisted("tasks", odd);
        app.api("POST", "/api/tasks/kling", "{\"taskId\":\"odd-2\",\"product\":\"tasks\"}");

        app.await(
                "a dead letter",
                () -> app.get("/api/dead-letters?reason=payload_shape")
                        .toString()
                        .contains("odd-2"));
        kling.putUnlisted(
                "tasks",
                KlingTasks.newer(
                        "odd-2", "succeeded", map("type", "video", "id", "v", "url", origin.put("od", Media.mp4(77)))));
        app.api("POST", "/api/dead-letters/replay?reason=payload_shape", null);
        app.awaitStored("kling", "odd-2", 1);
    }

    @Test
    void keepsATaskOpenWhoseStatusWordIsUnknownAndCountsIt() {
        double before = app.metric("mediakeep_events_unknown_status_total", "provider=\"kling\"");
        Map<String, Object> task = KlingTasks.legacy("unknown-1", "finishing", null);
        kling.putUnlisted("videos/text2video", task);

        signed(task);

        app.awaitStatus("kling", "unknown-1", "submitted");
        app.await(
                "it is counted",
                () -> app.metric("mediakeep_events_unknown_status_total", "provider=\"kling\"") > before);
        kling.putUnlisted(
                "videos/text2video",
                KlingTasks.legacy("unknown-1", "succeed", KlingTasks.videos("v", origin.put("un", Media.mp4(7)))));
        signed(KlingTasks.legacy("unknown-1", "succeed", KlingTasks.videos("v", origin.put("un", Media.mp4(7)))));
        app.awaitStored("kling", "unknown-1", 1);
    }

    @Test
    void endsAContradictionByAReadOfTheTask() {
        String url = origin.put("contra", Media.mp4(8));
        kling.putUnlisted("videos/text2video", KlingTasks.legacy("contra-1", "succeed", KlingTasks.videos("v", url)));
        signed(KlingTasks.legacy("contra-1", "failed", null));
        app.awaitStatus("kling", "contra-1", "failed");
        signed(KlingTasks.legacy("contra-1", "succeed", KlingTasks.videos("v", url)));
        JsonNode task = app.awaitStored("kling", "contra-1", 1);
        assertThat(task.path("conflictAt").isNull()).isFalse();
        app.await(
                "it was read",
                () -> !kling.calls("/v1/videos/text2video/contra-1").isEmpty());
    }

    @Test
    void neverGoesBackToAnEarlierStatus() {
        signed(KlingTasks.legacy("late-1", "succeed", KlingTasks.videos("v", origin.put("la", Media.mp4(9)))));
        app.awaitStored("kling", "late-1", 1);
        HttpResponse<String> late = signed(KlingTasks.legacy("late-1", "processing", null));
        assertThat(late.statusCode()).isEqualTo(200);
        app.await(
                "the callback was worked on",
                () -> app.get("/api/summary").path("callbacksWaiting").asInt() == 0);
        assertThat(app.task("kling", "late-1").path("status").asText()).isEqualTo("succeeded");
    }

    @Test
    void storesOneObjectForShuffledDuplicates() {
        String url = origin.put("dup", Media.mp4(12));
        List<byte[]> bodies = new ArrayList<>();
        for (String status : new String[] {"submitted", "processing", "succeed"}) {
            byte[] body = bytes(
                    KlingTasks.legacy("dup-1", status, status.equals("succeed") ? KlingTasks.videos("v", url) : null));
            IntStream.range(0, 5).forEach(i -> bodies.add(body));
        }
        java.util.Collections.shuffle(bodies, new java.util.Random(1));
        Map<String, Integer> outcomes = new java.util.TreeMap<>();
        for (byte[] body : bodies) {
            String id = "dup-" + Media.sha256(body).substring(0, 10);
            HttpResponse<String> answer = app.callback(DOOR, body, FakeKling.sign(id, CLOCK, body, NEW_SECRET));
            outcomes.merge(answer.statusCode() + answer.body(), 1, Integer::sum);
        }
        assertThat(outcomes).isEqualTo(Map.of("200{\"status\":\"accepted\"}", 3, "200{\"status\":\"duplicate\"}", 12));
        app.awaitStored("kling", "dup-1", 1);
        assertThat(origin.gets("dup")).hasSize(1);
    }

    @Test
    void looksForATaskInEveryProductAndTellsWhereNoneKnowsIt() {
        kling.putUnlisted(
                "audio/text-to-audio",
                KlingTasks.legacy(
                        "hidden-1",
                        "succeed",
                        map(
                                "audios",
                                List.of(map("id", "h", "url_mp3", origin.put("h.mp3", Media.mp3(4)), "url_wav", "")))));
        assertThat(app.api("POST", "/api/tasks/kling", "{\"taskId\":\"hidden-1\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(app.awaitStored("kling", "hidden-1", 1).path("firstSeenBy").asText())
                .isEqualTo("watch");
        assertThat(new TreeSet<>(kling.calls().stream()
                        .map(FakeServer.Call::path)
                        .filter(path -> path.endsWith("/hidden-1"))
                        .toList()))
                .contains("/v1/videos/text2video/hidden-1", "/v1/audio/text-to-audio/hidden-1");
    }

    @Test
    void keepsAnotherSignedCallbackUnderAnIdThatWasUsed() {
        byte[] open = bytes(KlingTasks.legacy("reused-1", "processing", null));
        byte[] done = bytes(
                KlingTasks.legacy("reused-1", "succeed", KlingTasks.videos("v", origin.put("reused", Media.mp4(13)))));
        List<String> answers = new ArrayList<>();
        for (byte[] body : List.of(open, done, open, done)) {
            answers.add(app.callback(DOOR, body, FakeKling.sign("reused-id", CLOCK, body, NEW_SECRET))
                    .body());
        }

        assertThat(answers)
                .containsExactly(
                        "{\"status\":\"accepted\"}",
                        "{\"status\":\"accepted\"}",
                        "{\"status\":\"duplicate\"}",
                        "{\"status\":\"duplicate\"}");
        app.awaitStored("kling", "reused-1", 1);
    }

    @Test
    void takesMorePagesWithoutACursorForTroubleAndNotForTheEnd() throws Exception {
        String more = FakeServer.write(map(
                "code",
                0,
                "data",
                map("result", List.of(KlingTasks.newer("cursorless", "processing")), "has_more", true)));
        try (AutoCloseable fault = kling.fault("/tasks", 200, "application/json", more)) {
            app.await("it is said", () -> poll("tasks").path("problem").asText().contains("there are more"));
            String covered = poll("tasks").path("coveredUntil").asText();
            pollRounds(6);
            assertThat(poll("tasks").path("coveredUntil").asText()).isEqualTo(covered);
        }
        app.await(
                "the list is walked again", () -> poll("tasks").path("problem").isNull());
    }

    @Test
    void readsAnOpenTaskByItselfThatItsListShowsNoMore() throws Exception {
        kling.put("videos/text2video", KlingTasks.legacy("gone-1", "processing", null));
        app.awaitStatus("kling", "gone-1", "processing");
        try (AutoCloseable empty =
                kling.fault("/v1/videos/text2video", 200, "application/json", "{\"code\":0,\"data\":[]}")) {
            app.await("it is asked for", () -> {
                CLOCK.advance(Duration.ofSeconds(20));
                return kling.calls().stream().anyMatch(call -> call.path().endsWith("/gone-1"));
            });
        }
    }

    // ---- helpers

    private static HttpResponse<String> signed(Map<String, Object> task) {
        byte[] body = bytes(task);
        return app.callback(DOOR, body, FakeKling.sign("cb-" + callbacks++, CLOCK, body, NEW_SECRET));
    }

    private static byte[] bytes(Object body) {
        return FakeServer.write(body).getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode poll(String list) {
        for (JsonNode poll :
                app.get("/api/summary").path("providers").path("kling").path("polls")) {
            if (poll.path("list").asText().equals(list)) {
                return poll;
            }
        }
        return FakeServer.JSON.missingNode();
    }

    private static void pollRounds(int rounds) {
        int before = kling.calls("/tasks").size();
        app.await("polls go on", () -> kling.calls("/tasks").size() >= before + rounds + 1);
    }
}
