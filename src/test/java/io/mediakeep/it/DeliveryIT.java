package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.ConsumerTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** From a merged task to the bucket: copies from sources with faults, manifests, announcements, dead letters and replay. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DeliveryIT {
    private static final String TOKEN = "kling-token-0123456789";
    private static final String DOOR = "/callbacks/kling/" + TOKEN;
    private static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final OffsetClock CLOCK = new OffsetClock();
    private static final List<JsonNode> ANNOUNCED = new ArrayList<>();

    private static FakeKling kling;
    private static FakeOrigin origin;
    private static Letters letters;
    private static RunningMediakeep app;
    private static int callbacks;

    /** Where dead letters are told. */
    private static final class Letters extends FakeServer {
        @Override
        Answer answer(Call call) {
            return Answer.json(204, "");
        }
    }

    @BeforeAll
    static void start() {
        kling = new FakeKling(CLOCK, "kling-api-key-secret", null, null);
        origin = new FakeOrigin();
        letters = new Letters();
        app = new RunningMediakeep(CLOCK)
                .provider("kling", kling, TOKEN)
                .set("mediakeep.kling.api-key", "kling-api-key-secret")
                .set("mediakeep.kling.callback-secret", SECRET)
                .set("mediakeep.kling.lists", "videos/text2video,tasks")
                .set("mediakeep.copy.part-size", "5 MiB")
                .set("mediakeep.announce.to", "seda:announced")
                .set("mediakeep.dead-letter.to", letters.url() + "/letters")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        kling.close();
        origin.close();
        letters.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "BREAK", "CHUNKED", "SLOW"})
    void storesAtOnceWhatArrivesWhole(FakeOrigin.Fault fault) {
        byte[] video = Media.mp4(1, 7 << 20);
        String id = "whole-" + fault;

        signed(id, origin.put(id, video, fault, 1));

        JsonNode media = app.awaitStored("kling", id, 1).path("media").get(0);
        assertThat(Media.sha256(app.object("kling/" + id + "/video-v.mp4"))).isEqualTo(Media.sha256(video));
        assertThat(media.path("attempts").asInt()).isEqualTo(1);
        assertThat(media.path("size").asLong()).isEqualTo(video.length);
        if (fault == FakeOrigin.Fault.BREAK) {
            assertThat(origin.gets(id)).hasSize(2);
            assertThat(origin.gets(id).get(1).range()).startsWith("bytes=");
            assertThat(origin.gets(id).get(1).ifRange()).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_500", "HTML_PAGE", "THROTTLED"})
    void triesAgainLaterWhatMayPass(FakeOrigin.Fault fault) {
        String id = "later-" + fault;
        signed(id, origin.put(id, Media.mp4(2), fault, 1));

        app.awaitTask(
                "kling",
                id,
                task -> !task.at("/media/0/reason").isNull()
                        && task.at("/media/0/reason").isTextual());
        assertThat(app.keys("kling/" + id + "/video")).isEmpty();
        CLOCK.advance(Duration.ofSeconds(121));

        assertThat(app.awaitStored("kling", id, 1).at("/media/0/attempts").asInt())
                .isEqualTo(fault == FakeOrigin.Fault.ERROR_500 ? 2 : 1); // who has to wait has not failed
        assertThat(app.object("kling/" + id + "/video-v.mp4")).isEqualTo(Media.mp4(2));
    }

    @ParameterizedTest
    @EnumSource(names = {"EXPIRED_403", "MISSING_404", "JSON_ERROR"})
    void asksForAFreshUrlWhereTheOldOneIsOfNoUse(FakeOrigin.Fault fault) {
        String id = "fresh-" + fault;
        String old = origin.put(id + "-old", Media.mp4(3), fault, -1);
        kling.putUnlisted(
                "videos/text2video",
                KlingTasks.legacy(id, "succeed", KlingTasks.videos("v", origin.put(id + "-new", Media.mp4(3)))));

        signed(id, old);

        assertThat(app.awaitStored("kling", id, 1).at("/media/0/refreshes").asInt())
                .isEqualTo(1);
    }

    @Test
    void writesOneDeadLetterAndReplaysItWhenItsCauseIsGone() {
        String gone = origin.put("gone-1", Media.mp4(4), FakeOrigin.Fault.MISSING_404, -1) + "&Expires="
                + CLOCK.instant().plusSeconds(300).getEpochSecond();
        kling.putUnlisted("videos/text2video", KlingTasks.legacy("gone-1", "succeed", KlingTasks.videos("v", gone)));
        signed("gone-1", gone);
        awaitDead("gone-1");

        List<JsonNode> dead = app.deadLetters("resp_status").stream()
                .filter(letter -> letter.path("taskId").asText().equals("gone-1"))
                .toList();
        assertThat(dead).hasSize(1);
        app.await(
                "it is told",
                () -> letters.calls("/letters").stream()
                        .anyMatch(call -> call.body().contains("gone-1")));
        JsonNode told = letters.calls("/letters").stream()
                .map(call -> FakeServer.parse(call.body()))
                .filter(event -> event.at("/data/taskId").asText().equals("gone-1"))
                .findFirst()
                .orElseThrow();
        assertThat(told.path("type").asText()).isEqualTo("dead-letter");
        assertThat(told.at("/data/reason").asText()).isEqualTo("resp_status");

        origin.put("gone-1", Media.mp4(4));
        String replay = "/api/dead-letters/" + dead.get(0).path("id").asLong() + "/replay";
        assertThat(app.api("POST", replay, null).statusCode()).isEqualTo(202);
        app.awaitStored("kling", "gone-1", 1);
        assertThat(app.api("POST", replay, null).statusCode()).isEqualTo(404);
    }

    @Test
    void replaysAllThatMatchAFilter() {
        for (int i = 0; i < 3; i++) {
            String url = origin.put(
                    "evil-" + i, "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".getBytes(StandardCharsets.UTF_8));
            signed("filter-" + i, url);
            awaitDead("filter-" + i);
        }
        for (int i = 0; i < 3; i++) {
            origin.put("evil-" + i, Media.mp4(5));
        }
        assertThat(app.api("POST", "/api/dead-letters/replay?reason=poison&provider=kling", null)
                        .body())
                .contains("\"replayed\":0");
        assertThat(app.api("POST", "/api/dead-letters/replay?reason=resp_type&provider=kling", null)
                        .body())
                .contains("\"replayed\":3");
        for (int i = 0; i < 3; i++) {
            app.awaitStored("kling", "filter-" + i, 1);
        }
    }

    @Test
    void keepsThePayloadOfACallbackThatNoMappingCanRead() {
        byte[] body = ("{\"id\":[\"odd-1\"],\"status\":\"succeeded\",\"outputs\":[\"" + origin.url("odd") + "\"]}")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback(DOOR, body, FakeKling.sign("odd-1", CLOCK, body, SECRET))
                        .statusCode())
                .isEqualTo(200);
        app.await("a dead letter", () -> !app.deadLetters("id_invalid").isEmpty());
        assertThat(app.count("SELECT count(*) FROM callback WHERE callback_key = 'odd-1' AND state = 'dead'"))
                .isEqualTo(1);
        assertThat(app.metric("mediakeep_dead_letters_total", "id_invalid")).isEqualTo(1);
    }

    @Test
    void describesTheObjectToItsStorage() {
        signed("described-1", origin.put("described-1", Media.mp4(6)));
        app.awaitStored("kling", "described-1", 1);

        HeadObjectResponse head = app.head("kling/described-1/video-v.mp4");

        assertThat(head.contentType()).isEqualTo("video/mp4");
        assertThat(head.metadata())
                .containsEntry("provider", "kling")
                .containsEntry("task-id", "described-1")
                .containsEntry("media-key", "video-v")
                .containsEntry("sha256", Media.sha256(Media.mp4(6)));
    }

    @Test
    void writesAManifestWithoutTheSignedUrl() {
        signed("manifest-1", origin.put("manifest-1", Media.mp4(7)));
        app.awaitStored("kling", "manifest-1", 1);
        app.await(
                "the manifest shows the object",
                () -> app.keys("kling/manifest-1/").contains("kling/manifest-1/task.json")
                        && text("kling/manifest-1/task.json").contains("stored"));

        String text = text("kling/manifest-1/task.json");
        JsonNode manifest = FakeServer.parse(text);
        assertThat(app.head("kling/manifest-1/task.json").contentType()).isEqualTo("application/json");
        assertThat(manifest.path("schema").asText()).isEqualTo("urn:mediakeep:manifest:1");
        assertThat(manifest.path("status").asText()).isEqualTo("succeeded");
        assertThat(manifest.path("externalTaskId").asText()).isEqualTo("order-manifest-1");
        JsonNode media = manifest.path("media").get(0);
        assertThat(media.path("objectKey").asText()).isEqualTo("kling/manifest-1/video-v.mp4");
        assertThat(media.path("sha256").asText()).isEqualTo(Media.sha256(Media.mp4(7)));
        assertThat(media.path("size").asInt()).isEqualTo(6_000);
        assertThat(media.path("sourceHost").asText()).isEqualTo("127.0.0.1");
        assertThat(text).doesNotContain(FakeOrigin.SIGNATURE, "http://", "127.0.0.1:");
    }

    @Test
    void announcesWhatHappenedAsCloudEvents() {
        signed("told-1", origin.put("told-1", Media.mp4(8)));
        app.awaitStored("kling", "told-1", 1);

        app.await("both events", () -> announced("told-1").size() == 2);
        JsonNode task = announced("told-1").get(0);
        JsonNode media = announced("told-1").get(1);
        assertThat(task.path("type").asText()).isEqualTo("task.succeeded");
        assertThat(task.path("specversion").asText()).isEqualTo("1.0");
        assertThat(task.path("source").asText()).isEqualTo("/mediakeep/kling");
        assertThat(task.at("/data/media/0/key").asText()).isEqualTo("video-v");
        assertThat(media.path("type").asText()).isEqualTo("media.stored");
        assertThat(media.path("subject").asText()).isEqualTo("told-1/video-v");
        assertThat(media.at("/data/objectKey").asText()).isEqualTo("kling/told-1/video-v.mp4");
        assertThat(media.toString() + task).doesNotContain(FakeOrigin.SIGNATURE);
    }

    @Test
    void tellsADeadLetterAgainUntilItsEndpointTakesIt() throws Exception {
        try (AutoCloseable down = letters.fault("/letters", 500, "text/plain", "oops")) {
            signed("untold-1", "http://user@127.0.0.1/x.mp4");
            awaitDead("untold-1");
            app.await("it was tried", () -> !told("untold-1").isEmpty());
            assertThat(app.count("SELECT count(*) FROM outbox WHERE task_id = 'untold-1' AND channel = 'dead-letter'"))
                    .isEqualTo(1);
        }
        app.await(
                "it waits",
                () -> app.count("SELECT count(*) FROM outbox WHERE task_id = 'untold-1' AND attempts > 0") == 1);
        CLOCK.advance(Duration.ofSeconds(61));
        app.await("it is told", () -> app.count("SELECT count(*) FROM outbox WHERE task_id = 'untold-1'") == 0);
        assertThat(told("untold-1")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(told("untold-1").stream()
                        .map(call -> FakeServer.parse(call.body()).path("id").asText())
                        .distinct())
                .hasSize(1);
        assertThat(app.deadLetters("url_userinfo")).hasSize(1);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void leavesNoSecretInTheLog() {
        assertThat(app.log.lines()).isNotEmpty();
        for (String secret : List.of(
                FakeOrigin.SIGNATURE,
                "X-Amz-Signature",
                "kling-api-key-secret",
                TOKEN,
                SECRET.substring(6),
                RunningMediakeep.API_TOKEN)) {
            assertThat(app.log.lines()).noneMatch(line -> line.contains(secret));
        }
        assertThat(app.get("/api/dead-letters?limit=500").toString() + app.get("/api/media?limit=500"))
                .doesNotContain(FakeOrigin.SIGNATURE);
    }

    // ---- helpers

    private static void signed(String id, String url) {
        byte[] body = FakeServer.write(KlingTasks.legacy(id, "succeed", KlingTasks.videos("v", url)))
                .getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback(DOOR, body, FakeKling.sign("cb-" + callbacks++, CLOCK, body, SECRET))
                        .statusCode())
                .isEqualTo(200);
    }

    /** Moves the clock on whenever the media waits for something. */
    private static void awaitDead(String id) {
        app.awaitTask("kling", id, task -> {
            if (task.at("/media/0/dueAt").isTextual()
                    && task.at("/media/0/reason").isTextual()) {
                CLOCK.advance(Duration.ofSeconds(30));
            }
            return RunningMediakeep.states(task, "dead") == 1;
        });
    }

    private static List<FakeServer.Call> told(String id) {
        return letters.calls("/letters").stream()
                .filter(call -> call.body().contains(id))
                .toList();
    }

    private static synchronized List<JsonNode> announced(String id) {
        ConsumerTemplate consumer = app.main().getCamelContext().createConsumerTemplate();
        for (String event = consumer.receiveBody("seda:announced", 100, String.class);
                event != null;
                event = consumer.receiveBody("seda:announced", 100, String.class)) {
            ANNOUNCED.add(FakeServer.parse(event));
        }
        return ANNOUNCED.stream()
                .filter(event -> event.path("subject").asText().startsWith(id))
                .toList();
    }

    private static String text(String key) {
        return new String(app.object(key), StandardCharsets.UTF_8);
    }
}
