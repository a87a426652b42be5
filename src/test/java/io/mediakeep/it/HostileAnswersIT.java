package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers of a provider's API that would do harm, by polls and reads of the application as shipped. */
class HostileAnswersIT {
    private static final String KEY = "vda_key";
    private static final String TOKEN = "vidu-token-0123456789";
    private static final String DOOR = "/callbacks/vidu/" + TOKEN;
    private static final String LIST = "/ent/v2/tasks";

    private final OffsetClock clock = new OffsetClock();
    private final FakeVidu vidu = new FakeVidu(KEY);
    private final FakeOrigin canary = new FakeOrigin();
    private final RunningMediakeep app = new RunningMediakeep(clock)
            .provider("vidu", vidu, TOKEN)
            .set("mediakeep.vidu.api-key", KEY)
            .set("mediakeep.poll.max-answer-size", "4 MiB");

    @BeforeEach
    void start() {
        app.start();
    }

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
        canary.close();
    }

    @Test
    @DisplayName("I01 a login page with status 200")
    void changesNothingForALoginPage() throws Exception {
        try (AutoCloseable fault = vidu.fault(LIST, 200, "text/html", "<html>log in</html>")) {
            app.await("the poll rests", () -> poll().path("failures").asInt() > 0);
        }
        assertThat(app.count("SELECT count(*) FROM task")).isZero();
    }

    @Test
    @DisplayName("I02 a cursor that points to itself")
    void stopsAtATokenThatWasThereBefore() throws Exception {
        int before = vidu.calls(LIST).size();
        AtomicInteger pages = new AtomicInteger();
        vidu.beforeAnswer(call -> pages.addAndGet("again".equals(call.parameter("pager.page_token")) ? 1 : 0));
        try (AutoCloseable fault = vidu.fault(
                call -> call.path().equals(LIST),
                FakeServer.Answer.json(
                        200, map("next_page_token", "again", "tasks", List.of(task("i02", "created")))))) {
            app.await(
                    "it is told",
                    () -> app.log.lines().stream()
                            .anyMatch(line -> line.contains("a page shows the same items as the one before")));
        }
        assertThat(vidu.calls(LIST).size()).isGreaterThan(before);
        app.awaitStatus("vidu", "i02", "submitted");
        // One page by the token in each poll, not an endless walk.
        assertThat(pages.get()).isLessThanOrEqualTo(vidu.calls(LIST).size() / 2 + 1);
    }

    @Test
    @DisplayName("I03 10,000 tasks on one page")
    void mergesAPageOfTenThousandTasks() throws Exception {
        List<Object> tasks = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            tasks.add(task("i03-" + i, "processing"));
        }
        try (AutoCloseable fault = vidu.fault(
                call -> call.path().equals(LIST),
                FakeServer.Answer.json(200, map("next_page_token", "", "tasks", tasks)))) {
            org.awaitility.Awaitility.await("all of them")
                    .atMost(RunningMediakeep.PATIENCE.multipliedBy(6))
                    .until(() -> app.count("SELECT count(*) FROM task") == 10_000);
        }
        // One walk at a time, although a poll is due every 300 ms.
        assertThat(app.log.lines()).noneMatch(line -> line.contains("another poll took the list over"));
        assertThat(app.count("SELECT count(*) FROM dead_letter")).isZero();
    }

    @Test
    @DisplayName("I04 one item without an id among 50")
    void mergesTheOthersOfAPage() throws Exception {
        List<Object> tasks = new ArrayList<>();
        for (int i = 0; i < 49; i++) {
            tasks.add(task("i04-" + i, "processing"));
        }
        Map<String, Object> nameless = task("-", "processing");
        nameless.remove("id");
        tasks.add(nameless);
        try (AutoCloseable fault = vidu.fault(
                call -> call.path().equals(LIST),
                FakeServer.Answer.json(200, map("next_page_token", "", "tasks", tasks)))) {
            app.await("49 of them", () -> app.count("SELECT count(*) FROM task") == 49);
            polls(3);
        }
        assertThat(app.deadLetters("id_invalid")).hasSize(1);
    }

    @Test
    @DisplayName("I06 429 with Retry-After")
    void restsAsLongAsItIsAsked() throws Exception {
        FakeServer.Answer slower = new FakeServer.Answer(
                429, "application/json", Map.of("Retry-After", "600"), "{\"code\":\"Throttled\"}");
        try (AutoCloseable fault = vidu.fault(call -> call.path().equals(LIST), slower)) {
            app.await("the poll rests", () -> poll().path("failures").asInt() == 1);
        }
        assertThat(callback("i06")).isEqualTo(200);
        vidu.put("late", task("late", "processing"), null);
        int calls = vidu.calls(LIST).size();
        app.await(
                "a callback is worked on", () -> app.count("SELECT count(*) FROM callback WHERE state = 'done'") == 1);
        assertThat(vidu.calls(LIST)).hasSize(calls);
        clock.advance(Duration.ofSeconds(601));
        app.awaitStatus("vidu", "late", "processing");
    }

    @Test
    @DisplayName("I07 a next page elsewhere")
    void sendsATokenThatIsAUrlNowhereButBack() throws Exception {
        String elsewhere = canary.url("page2") + "&x=${env:HOME}{{secret}}#f";
        try (AutoCloseable fault = vidu.fault(
                call -> call.path().equals(LIST) && call.parameter("pager.page_token") == null,
                FakeServer.Answer.json(200, map("next_page_token", elsewhere, "tasks", List.of())))) {
            app.await(
                    "the token comes back",
                    () -> vidu.calls(LIST).stream()
                            .anyMatch(call -> elsewhere.equals(call.parameter("pager.page_token"))));
        }
        assertThat(canary.gets("page2")).isEmpty();
    }

    @Test
    @DisplayName("I08 401, the key was withdrawn")
    void pausesThePollsAndTakesCallbacksWhereTheKeyIsRefused() throws Exception {
        try (AutoCloseable fault = vidu.fault(LIST, 401, "application/json", "{\"code\":\"Unauthorized\"}")) {
            app.await("the poll rests", () -> poll().path("failures").asInt() == 1);
            int calls = vidu.calls(LIST).size();
            assertThat(callback("i08")).isEqualTo(200);
            app.await(
                    "the callback is worked on",
                    () -> app.count("SELECT count(*) FROM callback WHERE state = 'done'") == 1);
            assertThat(vidu.calls(LIST)).hasSize(calls);
        }
        vidu.put("later", task("later", "processing"), null);
        clock.advance(Duration.ofMinutes(6));
        app.awaitStatus("vidu", "later", "processing");
        assertThat(app.log.lines()).anyMatch(line -> line.contains("rests for 300 s"));
    }

    @Test
    @DisplayName("I09 an item that moves to the page before")
    void findsInTheNextRoundWhatMovedBetweenTwoPages() {
        vidu.most = 2;
        for (int i = 0; i < 4; i++) {
            vidu.put("i09-" + i, task("i09-" + i, "processing"), null);
        }
        // Newest first: a task that ends between the calls pushes the one at the border to the page that was read.
        vidu.beforeAnswer(call -> {
            if ("2".equals(call.parameter("pager.page_token"))) {
                vidu.put("i09-0", task("i09-0", "processing"), null);
            }
        });
        for (int i = 0; i < 4; i++) {
            app.awaitStatus("vidu", "i09-" + i, "processing");
        }
    }

    @Test
    void cutsOffAnAnswerThatIsTooLargeAndPollsAgain() throws Exception {
        String huge = "{\"tasks\":[],\"next_page_token\":\"" + "x".repeat(5 << 20) + "\"}";
        try (AutoCloseable fault = vidu.fault(LIST, 200, "application/json", huge)) {
            app.await("the poll rests", () -> poll().path("failures").asInt() > 0);
        }
        assertThat(app.log.lines()).anyMatch(line -> line.contains("the answer is larger than 4194304 bytes"));
        vidu.put("after", task("after", "processing"), null);
        clock.advance(Duration.ofMinutes(1));
        app.awaitStatus("vidu", "after", "processing");
    }

    @Test
    void writesALetterWhenNoReadTellsAStatusThatIsKnown() {
        vidu.put("new-word", task("new-word", "archived"), task("new-word", "archived"));
        app.await("a dead letter", () -> {
            clock.advance(Duration.ofMinutes(11));
            return app.deadLetters("status_unknown").size() == 1;
        });
        int reads = vidu.calls(LIST + "/new-word/creations").size();
        clock.advance(Duration.ofMinutes(11));
        polls(3);
        assertThat(vidu.calls(LIST + "/new-word/creations")).hasSize(reads);
        assertThat(app.task("vidu", "new-word").path("status").asText()).isEqualTo("submitted");

        vidu.put("new-word", task("new-word", "failed"), task("new-word", "failed"));
        app.api("POST", "/api/dead-letters/replay?reason=status_unknown", null);
        app.awaitStatus("vidu", "new-word", "failed");
    }

    @Test
    void tellsOnceOfAnItemWhoseUrlIsSignedAnewAndCountsItsReplayAsAPoll() {
        AtomicInteger signed = new AtomicInteger();
        vidu.beforeAnswer(
                call -> vidu.put("odd", odd("https://a.example/v.mp4?sig=" + signed.incrementAndGet()), null));
        app.await("a dead letter", () -> app.count("SELECT count(*) FROM dead_letter") == 1);
        polls(3);
        assertThat(app.count("SELECT count(*) FROM dead_letter")).isEqualTo(1);
        assertThat(signed.get()).isGreaterThan(3);

        vidu.beforeAnswer(call -> {});
        vidu.put("odd", null, null);
        int replayed = FakeServer.parse(
                        app.api("POST", "/api/dead-letters/replay", null).body())
                .path("replayed")
                .asInt();
        assertThat(replayed).isEqualTo(1);
        app.await("a letter again", () -> app.count("SELECT count(*) FROM dead_letter WHERE state = 'open'") == 1);
        JsonNode seen = app.get("/api/summary").path("providers").path("vidu").path("callbacks");
        assertThat(seen.path("seen").asInt()).isZero();
    }

    // ---- helpers

    private JsonNode poll() {
        return app.get("/api/summary")
                .path("providers")
                .path("vidu")
                .path("polls")
                .path(0);
    }

    private void polls(int more) {
        int before = vidu.calls(LIST).size();
        app.await("more polls", () -> vidu.calls(LIST).size() >= before + more);
    }

    private int callback(String id) {
        byte[] body = FakeServer.write(map("id", id, "state", "processing")).getBytes(StandardCharsets.UTF_8);
        return app.callback(DOOR, body, FakeVidu.sign(KEY, DOOR, "", id, clock)).statusCode();
    }

    private Map<String, Object> task(String id, String state) {
        return map(
                "id",
                id,
                "state",
                state,
                "created_at",
                clock.instant().minusSeconds(60).toString());
    }

    /** No mapping can read creations that are a number. */
    private Map<String, Object> odd(String url) {
        Map<String, Object> odd = task("odd", "success");
        odd.put("cover", url);
        // More media than a task may have.
        odd.put("creations", java.util.Collections.nCopies(400, map("id", "c", "url", url)));
        return odd;
    }
}
