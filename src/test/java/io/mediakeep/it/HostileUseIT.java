package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callbacks, downloads, replays and API requests do together, with the application as shipped. */
class HostileUseIT {
    private static final String TOKEN = "kling-token-0123456789";
    private static final String DOOR = "/callbacks/kling/" + TOKEN;
    private static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
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
                .set("mediakeep.kling.media-hosts", "127.0.0.1")
                .set("mediakeep.kling.api-key", "kling-api-key-secret")
                .set("mediakeep.kling.callback-secret", SECRET)
                .set("mediakeep.kling.lists", "videos/text2video")
                .set("mediakeep.copy.max-attempts", "1")
                .start();
        call(KlingTasks.legacy(
                "blocked-for-filters", "succeed", KlingTasks.videos("v", "https://u@media.example.test/a.mp4")));
        app.await("a dead letter", () -> letters("blocked-for-filters") == 1);
    }

    @AfterAll
    static void stop() {
        app.close();
        kling.close();
        origin.close();
    }

    @Test
    @DisplayName("C16 an event with fewer outputs than the one before")
    void keepsTheOutputsThatALaterEventDoesNotTellOf() {
        String[] urls = {
            "a",
            origin.put("c16a", Media.mp4(1)),
            "b",
            origin.put("c16b", Media.mp4(2)),
            "c",
            origin.put("c16c", Media.mp4(3))
        };
        call(KlingTasks.legacy("c16", "succeed", KlingTasks.videos(urls)));
        app.awaitStored("kling", "c16", 3);
        call(KlingTasks.legacy("c16", "succeed", KlingTasks.videos(urls[0], urls[1], urls[4], urls[5])));
        call(KlingTasks.legacy("c16", "succeed", KlingTasks.videos("d", origin.put("c16d", Media.mp4(4)))));

        app.awaitStored("kling", "c16", 4);
        assertThat(videos("c16")).containsExactly("video-a.mp4", "video-b.mp4", "video-c.mp4", "video-d.mp4");
        assertThat(Stream.of("c16a", "c16b", "c16c", "c16d"))
                .allSatisfy(name -> assertThat(origin.gets(name)).hasSize(1));
    }

    @Test
    @DisplayName("C17 events of a task that was dead-lettered and replayed")
    void copiesOnceWhatWasReplayedHoweverOftenItIsToldOf() {
        String url = origin.put("c17", Media.mp4(5), FakeOrigin.Fault.ERROR_500, 1);
        Map<String, Object> task = KlingTasks.legacy("c17", "succeed", KlingTasks.videos("v", url));
        call(task);
        app.await("a dead letter", () -> letters("c17") == 1);
        String replay = "/api/dead-letters/" + letter("c17") + "/replay";

        List<CompletableFuture<Void>> together = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            together.add(CompletableFuture.runAsync(() -> app.api("POST", replay, null)));
            together.add(CompletableFuture.runAsync(() -> call(task)));
        }
        CompletableFuture.allOf(together.toArray(CompletableFuture[]::new)).join();
        app.awaitStored("kling", "c17", 1);
        call(KlingTasks.legacy("c17", "succeed", KlingTasks.videos("v", origin.put("c17-elsewhere", Media.mp4(6)))));

        assertThat(app.object("kling/c17/video-v.mp4")).isEqualTo(Media.mp4(5));
        assertThat(videos("c17")).containsExactly("video-v.mp4");
        assertThat(origin.gets("c17")).hasSize(2); // One that failed, one that was stored.
        assertThat(origin.gets("c17-elsewhere")).isEmpty();
        assertThat(app.api("POST", replay, null).statusCode()).isEqualTo(404);
    }

    @Test
    @DisplayName("G28 a file name that leaves its directory")
    void takesNoFileNameFromADownload() throws Exception {
        String url = origin.put("g28", Media.mp4(7), FakeOrigin.Fault.NAMED, -1);
        call(KlingTasks.legacy("g28", "succeed", KlingTasks.videos("v", url)));

        app.awaitStored("kling", "g28", 1);
        assertThat(videos("g28")).containsExactly("video-v.mp4");
        assertThat(app.keys("")).noneMatch(key -> key.contains("x.sh") || key.contains(".."));
        assertThat(app.head("kling/g28/video-v.mp4").toString()).doesNotContain("x.sh");
        assertThat(app.task("kling", "g28").toString()).doesNotContain("x.sh");
        app.await("a manifest", () -> app.keys("kling/g28/").contains("kling/g28/task.json"));
        assertThat(new String(app.object("kling/g28/task.json"), StandardCharsets.UTF_8))
                .contains("video-v.mp4")
                .doesNotContain("x.sh");
        try (Stream<java.nio.file.Path> files = Files.walk(app.directory())) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().contains("x.sh"));
        }
        assertThat(app.log.lines()).noneMatch(line -> line.contains("x.sh"));
    }

    @ParameterizedTest(name = "J03 {0}")
    @CsvSource({"url_userinfo, u@127.0.0.1", "url_host, localhost"})
    void aReplayPassesTheGuardAgain(String reason, String authority) {
        String id = "j03-" + reason;
        String url = origin.put(id, Media.mp4(8)).replace("127.0.0.1", authority);
        call(KlingTasks.legacy(id, "succeed", KlingTasks.videos("v", url)));
        for (int letters = 1; letters <= 3; letters++) {
            int expected = letters;
            app.await("a dead letter", () -> letters(id) == expected);
            assertThat(RunningMediakeep.media(app.task("kling", id), "video-v")
                            .path("reason")
                            .asText())
                    .isEqualTo(reason);
            if (letters < 3) {
                assertThat(app.api("POST", "/api/dead-letters/" + letter(id) + "/replay", null)
                                .statusCode())
                        .isEqualTo(202);
            }
        }
        assertThat(origin.gets(id)).isEmpty();
        assertThat(videos(id)).isEmpty();
    }

    @ParameterizedTest(name = "J04 limit={0}")
    @ValueSource(
            strings = {
                "1e9",
                "-1",
                "abc",
                "0",
                "501",
                "1000000000",
                "99999999999999999999",
                "1.0",
                "0x10",
                "+1",
                "1;1",
                " 1",
                "\u0661"
            })
    void refusesALimitThatIsNone(String limit) {
        for (String list : List.of("tasks", "media", "dead-letters")) {
            assertThat(app.api("GET", "/api/" + list + "?limit=" + encoded(limit), null))
                    .as(list)
                    .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(400))
                    .satisfies(answer -> assertThat(answer.body()).contains("'limit' must be"));
        }
    }

    @ParameterizedTest(name = "J04 limit={0}")
    @ValueSource(strings = {"1", "500"})
    void takesTheLimitsThemselves(String limit) {
        assertThat(app.get("/api/dead-letters?limit=" + limit).path("items")).isNotEmpty();
    }

    @ParameterizedTest(name = "J05 {0}={2}")
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "tasks?status, 400, ' OR 1=1--",
                "tasks?provider, 200, ' OR 1=1--",
                "tasks?after, 400, ' OR 1=1--",
                "tasks?sort, 400, name",
                "tasks?' OR 1=1--, 400, x",
                "media?state, 400, ' OR 1=1--",
                "media?provider, 200, %",
                "media?after, 400, 0) OR (1=1",
                "dead-letters?reason, 200, ' OR 1=1--",
                "dead-letters?reason, 200, %",
                "dead-letters?reason, 200, url_userinfo\\0",
                "dead-letters?provider, 200, kling' --",
                "dead-letters?provider, 200, KLING",
                "dead-letters?after, 400, ' OR 1=1--",
                "dead-letters?state, 400, open",
            })
    void aFilterIsAValueAndNothingElse(String filter, int status, String value) {
        String[] parts = filter.split("\\?");
        HttpResponse<String> answer =
                app.api("GET", "/api/" + parts[0] + "?" + encoded(parts[1]) + "=" + encoded(raw(value)), null);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(FakeServer.parse(answer.body()).path("items")).isEmpty();
        assertThat(answer.body()).doesNotContain("SELECT", "SQL", "Exception");
    }

    /** The worst answer to a filter that is unknown or fits nothing were to replay everything. */
    @ParameterizedTest(name = "J05 replay?{0}={2}")
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "reason, 400, ' OR 1=1--",
                "reason, 400, %",
                "provider, 400, kling' OR '1'='1",
                "resaon, 400, url_userinfo",
                "limit, 400, 1",
            })
    void aReplayWithAnOddFilterReplaysNothing(String name, int status, String value) {
        HttpResponse<String> answer =
                app.api("POST", "/api/dead-letters/replay?" + name + "=" + encoded(raw(value)), null);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(FakeServer.parse(answer.body()).path("replayed").asInt()).isZero();
        assertThat(letters("blocked-for-filters")).isEqualTo(1);
        assertThat(letter("blocked-for-filters")).isNotEmpty();
    }

    @ParameterizedTest(name = "J05 replay of {0}")
    @ValueSource(strings = {"1 OR 1=1", "-1", "1;2", "9999999999999999999", "%", "*"})
    void anOddNumberOfALetterIsNone(String id) {
        String path = "/api/dead-letters/" + encoded(id).replace("+", "%20") + "/replay";

        assertThat(app.api("POST", path, null).statusCode()).isEqualTo(404);
        assertThat(letters("blocked-for-filters")).isEqualTo(1);
    }

    // ---- helpers

    /** Sends a callback and waits until it has been worked on. */
    private static void call(Map<String, Object> task) {
        byte[] body = FakeServer.write(task).getBytes(StandardCharsets.UTF_8);
        String id = next();
        assertThat(app.callback(DOOR, body, FakeKling.sign(id, CLOCK, body, SECRET))
                        .statusCode())
                .isEqualTo(200);
        app.await(
                "callbacks are worked on", () -> app.count("SELECT count(*) FROM callback WHERE state <> 'done'") == 0);
    }

    private static synchronized String next() {
        return "cb-" + callbacks++;
    }

    /** Letters about a task so far, replayed ones too. */
    private static long letters(String taskId) {
        return app.count("SELECT count(*) FROM dead_letter WHERE task_id = '" + taskId + "'");
    }

    /** The number of the open letter about a task, empty where there is none. */
    private static String letter(String taskId) {
        for (JsonNode letter : app.get("/api/dead-letters?limit=500").path("items")) {
            if (letter.path("taskId").asText().equals(taskId)) {
                return letter.path("id").asText();
            }
        }
        return "";
    }

    /** Names of the media of a task in the bucket. */
    private static List<String> videos(String taskId) {
        String prefix = "kling/" + taskId + "/";
        return app.keys(prefix).stream()
                .map(key -> key.substring(prefix.length()))
                .filter(name -> !name.equals("task.json"))
                .toList();
    }

    private static String raw(String value) {
        return value.replace("\\0", "\0");
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
