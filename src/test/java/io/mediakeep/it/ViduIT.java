package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vidu: a list with tokens or page numbers, callbacks that are hints, and the details of a task. */
class ViduIT {
    private static final String KEY = "vda_test_0123456789abcdef";
    private static final String TOKEN = "vidu-token-0123456789";
    private static final String DOOR = "/callbacks/vidu/" + TOKEN;
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeVidu vidu;
    private static FakeOrigin origin;
    private static RunningMediakeep app;
    private static int nonces;

    @BeforeAll
    static void start() {
        vidu = new FakeVidu(KEY);
        origin = new FakeOrigin();
        app = running(vidu).set("mediakeep.vidu.poll-page-size", "4").start();
    }

    private static RunningMediakeep running(FakeVidu vidu) {
        return new RunningMediakeep(CLOCK).provider("vidu", vidu, TOKEN).set("mediakeep.vidu.api-key", KEY);
    }

    @AfterAll
    static void stop() {
        app.close();
        vidu.close();
        origin.close();
    }

    @ParameterizedTest
    @CsvSource({
        "created, submitted",
        "queueing, submitted",
        "processing, processing",
        "success, succeeded",
        "failed, failed"
    })
    void knowsEveryState(String state, String status) {
        String id = "state-" + state;
        Map<String, Object> creation = creation("c", origin.put("st-" + state, Media.mp4(1)), null);
        List<Object> creations = state.equals("success") ? List.of(creation) : List.of();
        vidu.put(id, task(id, state, creations), detail(id, state, creations));

        JsonNode task = app.awaitStatus("vidu", id, status);

        assertThat(task.path("firstSeenBy").asText()).isEqualTo("poll");
        assertThat(task.path("units").asText()).isEqualTo("4");
        assertThat(task.path("model").asText()).isEqualTo("viduq2-pro");
    }

    @Test
    void keepsVideoAndCoverButNoWatermark() {
        Map<String, Object> creation =
                creation("834645512345678901", origin.put("v1", Media.mp4(2)), origin.put("c1", Media.png(3)));
        creation.put("watermarked_url", origin.put("w1", Media.mp4(4)));
        vidu.put("834645448353398784", task("834645448353398784", "success", List.of(creation)), null);

        JsonNode task = app.awaitStored("vidu", "834645448353398784", 2);

        assertThat(app.object("vidu/834645448353398784/video-834645512345678901.mp4"))
                .isEqualTo(Media.mp4(2));
        assertThat(app.object("vidu/834645448353398784/cover-834645512345678901.png"))
                .isEqualTo(Media.png(3));
        assertThat(origin.gets("w1")).isEmpty();
        assertThat(RunningMediakeep.media(task, "video-834645512345678901")
                        .path("contentType")
                        .asText())
                .isEqualTo("video/mp4");
    }

    @Test
    void takesCreationsThatAreOneObject() {
        Map<String, Object> listed = task("object-1", "success", List.of());
        listed.put("creations", creation("o", origin.put("ob", Media.mp4(5)), null));
        vidu.put("object-1", listed, null);

        app.awaitStored("vidu", "object-1", 1);
    }

    @Test
    void asksTheDetailsForTheReasonOfAFailure() {
        Map<String, Object> detail = detail("why-1", "failed", List.of());
        detail.put("err_code", "CreationPolicyViolation");
        vidu.put("why-1", task("why-1", "failed", List.of()), detail);

        app.awaitTask(
                "vidu",
                "why-1",
                task -> task.path("statusMessage").asText().equals("CreationPolicyViolation")
                        && task.path("externalTaskId").asText().equals("order-why-1"));
    }

    @Test
    void walksTheListByTokensInsideTheWindow() {
        List<String> ids = fill("token", 11);

        ids.forEach(id -> app.awaitStatus("vidu", id, "processing"));

        List<FakeServer.Call> calls = vidu.calls("/ent/v2/tasks");
        assertThat(calls).anyMatch(call -> call.parameter("pager.page_token") != null);
        assertThat(calls.stream().map(call -> call.parameter("pager.pagesz"))).containsOnly("4");
        FakeServer.Call first = calls.get(0);
        assertThat(Duration.between(
                        Instant.parse(first.parameter("created_at.from")),
                        Instant.parse(first.parameter("created_at.to"))))
                .isEqualTo(Duration.ofDays(7));
    }

    @Test
    void walksTheListByPageNumbersWhereItGivesNoToken() {
        vidu.givesTokens = false;
        try {
            List<String> ids = fill("number", 9);
            ids.forEach(id -> app.awaitStatus("vidu", id, "processing"));
            assertThat(vidu.calls("/ent/v2/tasks")).anyMatch(call -> "2".equals(call.parameter("pager.page")));
        } finally {
            vidu.givesTokens = true;
        }
    }

    @Test
    void readsOnWhereTheListGivesShorterPagesThanAskedFor() {
        try (FakeVidu other = new FakeVidu(KEY);
                RunningMediakeep capped = running(other)) {
            other.givesTokens = false;
            other.most = 10;
            for (int i = 0; i < 25; i++) {
                other.put("capped-" + i, task("capped-" + i, "processing", List.of()), null);
            }
            capped.start();
            for (int i = 0; i < 25; i++) {
                capped.awaitStatus("vidu", "capped-" + i, "processing");
            }
        }
    }

    @Test
    void followsTheSettingsForPrefixFilterAndWatermark() {
        try (FakeVidu other = new FakeVidu(KEY);
                RunningMediakeep set = running(other)) {
            other.prefix = "paper";
            for (int i = 0; i < 5; i++) {
                Map<String, Object> creation = creation("c", origin.put("pp" + i, Media.mp4(30 + i)), null);
                creation.put("watermarked_url", origin.put("pw" + i, Media.mp4(40 + i)));
                other.put("paper-" + i, task("paper-" + i, "success", List.of(creation)), null);
            }
            other.put("paper-open", task("paper-open", "processing", List.of()), null);
            other.put("paper-late", task("paper-late", "failed", List.of()), detail("paper-late", "failed", List.of()));
            set.set("mediakeep.vidu.pager", "paper")
                    .set("mediakeep.vidu.token-pager", "paper")
                    .set("mediakeep.vidu.poll-page-size", "2")
                    .set("mediakeep.vidu.keep", "watermarked")
                    .set("mediakeep.vidu.list.states", "success,failed")
                    .start();

            for (int i = 0; i < 5; i++) {
                set.awaitStored("vidu", "paper-" + i, 1);
                assertThat(set.object("vidu/paper-" + i + "/watermarked-c.mp4")).isEqualTo(Media.mp4(40 + i));
            }
            set.awaitStatus("vidu", "paper-late", "failed");
            assertThat(set.task("vidu", "paper-open").isMissingNode()).isTrue();
            assertThat(other.calls("/ent/v2/tasks").get(0).query().get("states"))
                    .containsExactly("success", "failed");
        }
    }

    @Test
    void believesTheDetailsNotTheCallback() {
        String good = origin.put("good", Media.mp4(6));
        String evil = origin.put("evil", Media.mp4(7));
        vidu.put("hint-1", null, detail("hint-1", "success", List.of(creation("c", good, null))));

        assertThat(callback(detail("hint-1", "success", List.of(creation("c", evil, null), creation("d", evil, null))))
                        .statusCode())
                .isEqualTo(200);

        JsonNode task = app.awaitStored("vidu", "hint-1", 1);
        assertThat(app.object("vidu/hint-1/video-c.mp4")).isEqualTo(Media.mp4(6));
        assertThat(task.path("firstSeenBy").asText()).isEqualTo("callback");
        assertThat(origin.gets("evil")).isEmpty();
        assertThat(origin.gets("good").get(0).authorization()).isNull();
    }

    @Test
    void confirmsByDetailsThatDoNotRepeatTheId() {
        Map<String, Object> detail =
                detail("noid-1", "success", List.of(creation("c", origin.put("noid", Media.mp4(8)), null)));
        Map<String, Object> anonymous = new java.util.LinkedHashMap<>(detail);
        anonymous.remove("id");
        vidu.put("noid-1", null, anonymous);

        callback(detail);

        app.awaitStored("vidu", "noid-1", 1);
    }

    @Test
    void refusesACallbackWhoseSignatureIsForAnotherQuery() {
        byte[] body = bytes(detail("bad-1", "success", List.of()));
        assertThat(app.callback(DOOR + "?job=2", body, FakeVidu.sign(KEY, DOOR, "job=1", "n-bad", CLOCK))
                        .statusCode())
                .isEqualTo(401);
        assertThat(app.callback(DOOR + "?job=1&a=b", body, FakeVidu.sign(KEY, DOOR, "job=1&a=b", "n-good", CLOCK))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void storesFromAFreshUrlWhereTheFirstHasExpired() {
        String dead = origin.put("dead-url", Media.mp4(9), FakeOrigin.Fault.EXPIRED_403, -1);
        String fresh = origin.put("fresh-url", Media.mp4(9));
        vidu.put(
                "fresh-1",
                task("fresh-1", "success", List.of(creation("c", dead, null))),
                detail("fresh-1", "success", List.of(creation("c", fresh, null))));

        JsonNode task = app.awaitStored("vidu", "fresh-1", 1);

        assertThat(app.object("vidu/fresh-1/video-c.mp4")).isEqualTo(Media.mp4(9));
        assertThat(task.path("media").get(0).path("refreshes").asInt()).isEqualTo(1);
    }

    @Test
    void takesNoHtmlLoginPageForAnAnswer() throws Exception {
        vidu.put("login-1", task("login-1", "processing", List.of()), null);
        app.awaitStatus("vidu", "login-1", "processing");
        try (AutoCloseable page =
                vidu.fault("/ent/v2/tasks", 200, "text/html", "<html><body>Please log in</body></html>")) {
            vidu.put("login-1", task("login-1", "failed", List.of()), detail("login-1", "failed", List.of()));
            app.await("the poll failed", () -> poll().path("failures").asInt() > 0);
            assertThat(app.task("vidu", "login-1").path("status").asText()).isEqualTo("processing");
        }
        CLOCK.advance(Duration.ofMinutes(10));
        app.awaitStatus("vidu", "login-1", "failed");
    }

    @Test
    void waitsAsLongAsRetryAfterAsks() throws Exception {
        int before;
        try (AutoCloseable busy = vidu.fault(
                call -> call.path().equals("/ent/v2/tasks"),
                new FakeServer.Answer(
                        429,
                        "application/json",
                        Map.of("Retry-After", "3000"),
                        FakeServer.write(map("code", "TooManyRequests"))))) {
            app.await(
                    "the poll was told to wait",
                    () -> poll().path("problem").asText().contains("TooManyRequests"));
            before = vidu.calls("/ent/v2/tasks").size();
        }
        // Callbacks are not affected, and take longer than several poll intervals.
        for (int i = 0; i < 3; i++) {
            vidu.put(
                    "busy-" + i,
                    null,
                    detail(
                            "busy-" + i,
                            "success",
                            List.of(creation("c", origin.put("bu" + i, Media.mp4(50 + i)), null))));
            callback(detail("busy-" + i, "success", List.of()));
            app.awaitStored("vidu", "busy-" + i, 1);
        }
        CLOCK.advance(Duration.ofSeconds(2900));
        app.await("a later tick", () -> app.count("SELECT count(*) FROM poll WHERE next_at > " + CLOCK.millis()) == 1);
        assertThat(vidu.calls("/ent/v2/tasks")).hasSize(before);
        CLOCK.advance(Duration.ofSeconds(101));
        app.await("polls go on", () -> vidu.calls("/ent/v2/tasks").size() > before);
    }

    @Test
    void findsByPollWhatAllCallbacksMissedAndByCallbackWhatNoListShows() {
        vidu.put(
                "lost-1",
                task("lost-1", "success", List.of(creation("c", origin.put("lo", Media.mp4(60)), null))),
                null);
        JsonNode polled = app.awaitStored("vidu", "lost-1", 1);
        assertThat(polled.path("callbackAt").isNull()).isTrue();

        vidu.put(
                "unlisted-1",
                null,
                detail("unlisted-1", "success", List.of(creation("c", origin.put("ul", Media.mp4(61)), null))));
        callback(detail("unlisted-1", "success", List.of()));
        app.awaitStored("vidu", "unlisted-1", 1);
        JsonNode counts = app.get("/api/summary").path("providers").path("vidu").path("callbacks");
        assertThat(counts.path("missed").asInt()).isPositive();
        assertThat(counts.path("seen").asInt()).isPositive();
    }

    // ---- helpers

    private static List<String> fill(String prefix, int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = prefix + "-" + i;
            vidu.put(id, task(id, "processing", List.of()), null);
            ids.add(id);
        }
        return ids;
    }

    private static Map<String, Object> creation(String id, String url, String cover) {
        return map(
                "id",
                id,
                "url",
                url,
                "cover_url",
                cover,
                "watermarked_url",
                "",
                "moderation_url",
                List.of(),
                "video",
                map("duration", 5.04, "fps", 24, "resolution", map("width", 1280, "height", 720)));
    }

    /** What the list shows. */
    private static Map<String, Object> task(String id, String state, List<Object> creations) {
        return map(
                "id",
                id,
                "key_id",
                "key_01",
                "type",
                "img2video",
                "model",
                "viduq2-pro",
                "images",
                List.of("http://127.0.0.1:9/in.png"),
                "duration",
                5,
                "state",
                state,
                "creations",
                creations,
                "created_at",
                CLOCK.instant().minusSeconds(60).toString(),
                "credits",
                4);
    }

    /** What callback and details show. */
    private static Map<String, Object> detail(String id, String state, List<Object> creations) {
        return map(
                "id",
                id,
                "state",
                state,
                "err_code",
                "",
                "credits",
                4,
                "payload",
                "order-" + id,
                "bgm",
                false,
                "off_peak",
                false,
                "creations",
                creations);
    }

    private static HttpResponse<String> callback(Map<String, Object> detail) {
        return app.callback(DOOR, bytes(detail), FakeVidu.sign(KEY, DOOR, "", "nonce-" + nonces++, CLOCK));
    }

    private static byte[] bytes(Object body) {
        return FakeServer.write(body).getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode poll() {
        return app.get("/api/summary")
                .path("providers")
                .path("vidu")
                .path("polls")
                .path(0);
    }
}
