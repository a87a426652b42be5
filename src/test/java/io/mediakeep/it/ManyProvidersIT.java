package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider that is described by its file alone, with the documented answers in src/test/samples, from callback or list to the bucket. */
class ManyProvidersIT {
    private static final Path SAMPLES = Path.of("src/test/samples");
    private static final String SOURCE = "https://media.example.test/";
    private static final OffsetClock CLOCK = new OffsetClock();

    private static final Vendors VENDORS = new Vendors();
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    /**
     * @param detail   sample of a task that succeeded, as a read of it answers
     * @param path     of that call, with {@code {id}}; its query does not count
     * @param callback sample of a callback that says so; null where there are none, or only signed ones
     */
    private record Row(String provider, String detail, String path, String callback) {
        @Override
        public String toString() {
            return provider + " " + detail;
        }
    }

    private static final List<Row> ROWS = List.of(
            new Row("replicate", "succeeded-text", "/v1/predictions/{id}", "succeeded-text"),
            new Row("replicate", "succeeded-object", "/v1/predictions/{id}", "succeeded-object"),
            new Row("kie", "record-success", "/api/v1/jobs/recordInfo", "record-success"),
            new Row("runway", "succeeded", "/v1/tasks/{id}", null),
            new Row("minimax", "v2-succeeded", "/v2/query/video_generation/{id}", "v2-succeeded"),
            new Row("dashscope", "succeeded-images", "/api/v1/tasks/{id}", null),
            new Row("dashscope", "succeeded-video", "/api/v1/tasks/{id}", null),
            new Row("luma", "completed-video", "/generations/{id}", "completed-video"),
            new Row("openrouter", "completed", "/api/v1/videos/{id}", "completed"),
            new Row("pixverse", "detail-succeeded", "/openapi/v2/video/result/{id}", "callback"),
            new Row("bfl", "ready", "/v1/get_result", "callback"),
            new Row("higgsfield", "completed-images", "/requests/{id}/status", "completed-images"),
            new Row("leonardo", "detail-complete", "/api/rest/v1/generations/{id}", "callback"),
            new Row("xai", "done", "/v1/videos/{id}", null),
            new Row("midjourney", "success", "/mj/task/{id}/fetch", "success"),
            new Row("piapi", "completed", "/api/v1/task/{id}", "completed"),
            new Row("heygen", "detail-completed", "/v1/video_status.get", "event-success"),
            new Row("runware", "success-images", "/v1", "callback"));

    /** @param page the answer around its tasks */
    private record Listing(String path, String page) {}

    private static final Map<String, Listing> LISTS = Map.of(
            "replicate", new Listing("/v1/predictions", "{\"next\":null,\"results\":[%s]}"),
            "fal", new Listing("/v1/models/requests/by-endpoint", "{\"items\":[%s],\"has_more\":false}"),
            "minimax", new Listing("/v2/query/video_generation", "{\"tasks\":[%s],\"total\":1}"),
            "luma", new Listing("/generations", "{\"generations\":[%s],\"has_more\":false}"));

    private static List<Row> all() {
        return ROWS;
    }

    private static Stream<Row> withCallbacks() {
        return ROWS.stream().filter(row -> row.callback() != null);
    }

    /** All APIs in one server: the first segment of a path is the provider. */
    private static final class Vendors extends FakeServer {
        private final Map<String, UnaryOperator<String>> answers = new ConcurrentHashMap<>();

        @Override
        Answer answer(Call call) {
            UnaryOperator<String> answer = answers.get(call.path());
            if (answer == null) {
                return Answer.json(404, Map.of());
            }
            String query = call.rawQuery() == null ? "" : call.rawQuery();
            return new Answer(200, "application/json", Map.of(), answer.apply(query + call.body()));
        }

        /** @param about a text that the query or body of the call must have */
        void put(String provider, String path, String about, List<String> texts) {
            AtomicInteger calls = new AtomicInteger();
            UnaryOperator<String> before = answers.getOrDefault("/" + provider + path, call -> "{}");
            answers.put(
                    "/" + provider + path,
                    call -> call.contains(about)
                            ? texts.get(Math.min(calls.getAndIncrement(), texts.size() - 1))
                            : before.apply(call));
        }
    }

    @BeforeAll
    static void start() {
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK);
        ROWS.stream().map(Row::provider).distinct().forEach(ManyProvidersIT::enable);
        enable("fal");
        LISTS.forEach((provider, list) ->
                VENDORS.put(provider, list.path(), "", List.of(list.page().formatted(""))));
        app.set("mediakeep.fal.lists", "fal-ai/flux/dev").start();
    }

    private static void enable(String provider) {
        app.provider(provider, VENDORS, provider + "-token-0123456789")
                .set("mediakeep." + provider + ".api-url", VENDORS.url() + "/" + provider)
                .set("mediakeep." + provider + ".api-key", "key");
    }

    @AfterAll
    static void stop() {
        app.close();
        VENDORS.close();
        origin.close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void aTaskThatWasNamedIsReadAndStoredWithAFreshUrlWhereTheFirstHasDied(Row row) throws IOException {
        String id = id(row, "1");
        String dead = sample(row.provider(), row.detail(), id, "dead-" + id, FakeOrigin.Fault.EXPIRED_403);
        String well = sample(row.provider(), row.detail(), id, "well-" + id, FakeOrigin.Fault.NONE);
        VENDORS.put(row.provider(), row.path().replace("{id}", id), about(row, id), List.of(dead, well));

        assertThat(app.api("POST", "/api/tasks/" + row.provider(), "{\"taskId\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(202);

        isStored(row, id);
    }

    @ParameterizedTest
    @MethodSource("withCallbacks")
    void aCallbackThatComesTwiceIsConfirmedAndStoredOnce(Row row) throws IOException {
        String id = id(row, "2");
        String detail = sample(row.provider(), row.detail(), id, id, FakeOrigin.Fault.NONE);
        VENDORS.put(row.provider(), row.path().replace("{id}", id), about(row, id), List.of(detail));
        byte[] callback = sample(row.provider(), row.callback(), id, id, FakeOrigin.Fault.NONE)
                .getBytes(StandardCharsets.UTF_8);

        String door = "/callbacks/" + row.provider() + "/" + row.provider() + "-token-0123456789";
        assertThat(app.callback(door, callback, Map.of()).statusCode()).isEqualTo(200);
        assertThat(app.callback(door, callback, Map.of()).statusCode()).isEqualTo(200);

        isStored(row, id);
    }

    /** Callbacks may be lost, late and in any order. */
    @ParameterizedTest
    @CsvSource({
        "replicate,starting,succeeded-text",
        "kie,record-generating,record-success",
        "minimax,v2-running,v2-succeeded",
        "luma,dreaming,completed-video",
        "openrouter,in-progress,completed",
        "pixverse,detail-generating,detail-succeeded",
        "bfl,pending,ready",
        "higgsfield,in-progress,completed-video",
        "leonardo,detail-pending,detail-complete",
        "midjourney,in-progress,success",
        "piapi,pending,completed",
        "heygen,detail-waiting,detail-completed",
        "runware,processing,success-images"
    })
    void aLateCallbackTakesNothingBack(String provider, String open, String done) throws IOException {
        Row row = new Row(provider, done, path(provider), null);
        String id = id(row, "5");
        String before = sample(provider, open, id, id, FakeOrigin.Fault.NONE);
        String after = sample(provider, done, id, id, FakeOrigin.Fault.NONE);
        assertThat(before).contains(id);
        VENDORS.put(provider, row.path().replace("{id}", id), about(row, id), List.of(before, after));
        String door = "/callbacks/" + provider + "/" + provider + "-token-0123456789";

        assertThat(app.callback(door, before.getBytes(StandardCharsets.UTF_8), Map.of())
                        .statusCode())
                .isEqualTo(200);
        app.awaitTask(provider, id, task -> !task.path("status").asText().equals("succeeded"));
        app.callback(door, after.getBytes(StandardCharsets.UTF_8), Map.of());
        isStored(row, id);
        app.callback(door, before.getBytes(StandardCharsets.UTF_8), Map.of());
        app.await(
                "the callback was worked on",
                () -> app.get("/api/summary").path("callbacksWaiting").asInt() == 0);

        isStored(row, id);
    }

    @ParameterizedTest
    @CsvSource({
        "replicate,failed",
        "replicate,canceled",
        "kie,record-failed",
        "runway,failed",
        "runway,cancelled",
        "minimax,v2-failed",
        "minimax,v2-expired",
        "dashscope,failed",
        "dashscope,canceled",
        "luma,failed",
        "openrouter,failed",
        "openrouter,expired",
        "pixverse,detail-moderated",
        "bfl,error",
        "bfl,request-moderated",
        "higgsfield,nsfw",
        "leonardo,detail-failed",
        "xai,failed",
        "xai,moderated",
        "midjourney,failure",
        "piapi,failed",
        "heygen,detail-failed",
        "runware,error"
    })
    void aFailedTaskIsRecordedWithItsReasonAndIsNoLetter(String provider, String detail) throws IOException {
        Row row = new Row(provider, detail, path(provider), null);
        String id = id(row, "6" + Math.floorMod(detail.hashCode(), 1000));
        String answer = sample(provider, detail, id, id, FakeOrigin.Fault.NONE);
        VENDORS.put(provider, row.path().replace("{id}", id), about(row, id), List.of(answer));

        app.api("POST", "/api/tasks/" + provider, "{\"taskId\":\"" + id + "\"}");

        JsonNode task = app.awaitStatus(provider, id, "failed");
        assertThat(task.path("statusMessage").asText())
                .isNotEmpty()
                .isEqualTo(event(row).path("statusMessage").asText());
        assertThat(task.path("media")).isEmpty();
        assertThat(letters(id)).isEmpty();
    }

    @Test
    void successWithoutAFileIsADeadLetterThatSaysSo() throws IOException {
        Map<String, Row> ids = new LinkedHashMap<>();
        for (Row row : ROWS) {
            String id = id(row, "7");
            String answer = sample(row.provider(), row.detail(), id, id, FakeOrigin.Fault.NONE)
                    .replaceAll("https?://[^\"\\\\]*", "");
            VENDORS.put(row.provider(), row.path().replace("{id}", id), about(row, id), List.of(answer));
            app.api("POST", "/api/tasks/" + row.provider(), "{\"taskId\":\"" + id + "\"}");
            ids.put(id, row);
        }

        for (Map.Entry<String, Row> task : ids.entrySet()) {
            app.await(
                    "letter of " + task.getValue(),
                    () -> !letters(task.getKey()).isEmpty());
            assertThat(letters(task.getKey()))
                    .extracting(letter -> letter.path("reason").asText())
                    // An item of Runware has no state of its own but its URL.
                    .containsExactly(task.getValue().provider().equals("runware") ? "status_unknown" : "no_output");
        }
    }

    private static String path(String provider) {
        return ROWS.stream()
                .filter(row -> row.provider().equals(provider))
                .findFirst()
                .orElseThrow()
                .path();
    }

    private static List<JsonNode> letters(String id) {
        return app.deadLetters("").stream()
                .filter(letter -> letter.path("taskId").asText().equals(id))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"replicate,succeeded-list", "fal,listed", "minimax,v2-listed", "luma,completed-image"})
    void aListFindsWhatNoCallbackTold(String provider, String detail) throws IOException {
        Listing list = LISTS.get(provider);
        Row row = new Row(provider, detail, list.path(), null);
        String id = id(row, "3");
        String task = sample(provider, detail, id, id, FakeOrigin.Fault.NONE);
        VENDORS.put(provider, list.path(), "", List.of(list.page().formatted(task)));

        isStored(row, id);
    }

    @ParameterizedTest
    @CsvSource({"{\"challenge\":\"9f1c2d3e\"}", "{\"challenge\":12345}"})
    void aChallengeIsAnsweredWithItselfAndIsNoCallback(String challenge) {
        long before = app.count("SELECT count(*) FROM callback");

        assertThat(app.callback(
                                "/callbacks/minimax/minimax-token-0123456789",
                                challenge.getBytes(StandardCharsets.UTF_8),
                                Map.of())
                        .body())
                .isEqualTo(challenge);

        assertThat(app.count("SELECT count(*) FROM callback")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"{\"challenge\":\"\"}", "{\"challenge\":{}}", "{\"Challenge\":\"x\"}"})
    void whatIsNoChallengeIsACallback(String body) {
        assertThat(app.callback(
                                "/callbacks/minimax/minimax-token-0123456789",
                                body.getBytes(StandardCharsets.UTF_8),
                                Map.of())
                        .body())
                .isEqualTo("{\"status\":\"accepted\"}");
    }

    @ParameterizedTest
    @CsvSource({"pixverse,ok", "luma,'{\"status\":\"accepted\"}'"})
    void aProviderHearsWhatItWants(String provider, String answer) {
        byte[] body = "{\"id\":\"987654321\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(app.callback("/callbacks/" + provider + "/" + provider + "-token-0123456789", body, Map.of())
                        .body())
                .isEqualTo(answer);
    }

    /** V1 of MiniMax names a file; where it lies is asked with a second call. */
    @Test
    void aResultWithoutAUrlIsAskedForWithASecondCall() throws IOException {
        Row row = new Row("minimax", "v1-detail", "/v1/query/video_generation", null);
        String id = id(row, "4");
        JsonNode both = FakeServer.JSON.readTree(sample("minimax", row.detail(), id, id, FakeOrigin.Fault.NONE));
        String file = both.path("file").toString();
        String first = FakeServer.write(((ObjectNode) both).without("file"));
        VENDORS.put("minimax", row.path(), id, List.of(first));
        VENDORS.put("minimax", "/v1/files/retrieve", "205258526306433", List.of("{\"file\":" + file + "}"));

        app.api("POST", "/api/tasks/minimax", "{\"taskId\":\"" + id + "\",\"product\":\"v1\"}");

        isStored(row, id);
    }

    private static void isStored(Row row, String id) throws IOException {
        int media = urls(event(row)).size();
        JsonNode task = app.awaitStored(row.provider(), id, media);
        assertThat(task.path("status").asText()).isEqualTo("succeeded");
        assertThat(app.keys(row.provider() + "/" + id + "/").stream().filter(key -> !key.contains("/task.json")))
                .hasSize(media);
        assertThat(letters(id)).isEmpty();
    }

    private static String about(Row row, String id) {
        return row.path().contains("{id}") ? "" : id;
    }

    private static String id(Row row, String end) throws IOException {
        return event(row).path("taskId").asText() + end;
    }

    private static JsonNode event(Row row) throws IOException {
        return FakeServer.JSON.readTree(
                Files.readString(SAMPLES.resolve(row.provider()).resolve(row.detail() + ".event.json")));
    }

    private static List<String> urls(JsonNode event) {
        List<String> urls = new ArrayList<>();
        event.path("media").forEach(media -> urls.add(media.path("url").asText()));
        return urls;
    }

    /** The sample of another task, whose media are at our origin. */
    private static String sample(String provider, String name, String id, String files, FakeOrigin.Fault fault)
            throws IOException {
        JsonNode event = FakeServer.JSON.readTree(
                Files.readString(SAMPLES.resolve(provider).resolve(name + ".event.json")));
        String text = Files.readString(SAMPLES.resolve(provider).resolve(name + ".json"))
                .replaceAll("2026-11-20T[0-9:.]+Z", CLOCK.instant().toString());
        String known = event.path("taskId").asText();
        text = text.replace("\"" + known + "\"", "\"" + id + "\"").replaceAll(":\\s*" + known + "\\b", ":" + id);
        int number = 0;
        for (JsonNode media : event.path("media")) {
            String url = media.path("url").asText();
            byte[] bytes = bytes(media.path("kind").asText(), (id + number).hashCode());
            String there = origin.put(HexFormat.of().formatHex((files + "-" + number++).getBytes()), bytes, fault, -1);
            assertThat(url).startsWith(SOURCE);
            text = text.replace(url, there);
        }
        return text;
    }

    private static byte[] bytes(String kind, int seed) {
        return switch (kind) {
            case "image" -> Media.png(seed);
            case "audio" -> Media.mp3(seed);
            default -> Media.mp4(seed, 4096);
        };
    }
}
