package io.mediakeep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoSunoTest {
    private static final String KEY = "demo-suno-api-key-00001";
    private static final String VIDEO = "/demo/suno/api/v1/mp4/record-info";
    private static final String MUSIC = "/demo/suno/api/v1/generate/record-info";

    private DemoWorld world;
    private DemoSuno suno;

    @BeforeEach
    void start() throws IOException {
        world = new DemoWorld();
        suno = new DemoSuno(
                world.plan, world.origin, KEY, "token-of-16-chars", "http://127.0.0.1:8080", "", "none", world.clock);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void videoDetailsAreInCamelCaseWithEpochMillis() {
        String id = taskId(true);
        JsonNode pending = data(VIDEO, id);
        assertThat(pending.path("successFlag").asText()).isEqualTo("PENDING");
        assertThat(pending.path("response").isNull()).isTrue();
        world.pass(Duration.ofSeconds(9));
        JsonNode done = data(VIDEO, id);
        assertThat(done.path("successFlag").asText()).isEqualTo("SUCCESS");
        assertThat(done.path("response").path("videoUrl").asText()).endsWith(".mp4");
        assertThat(done.path("createTime").isIntegralNumber()).isTrue();
        assertThat(done.path("completeTime").isIntegralNumber()).isTrue();
        assertThat(done.path("callbackUrl").asText())
                .isEqualTo("http://127.0.0.1:8080/callbacks/suno/token-of-16-chars");
    }

    @Test
    void musicDetailsGrowWithTheTracks() {
        String id = taskId(false);
        assertThat(data(MUSIC, id).path("status").asText()).isEqualTo("PENDING");
        Set<String> words = new HashSet<>();
        for (int i = 0; i < 9; i++) {
            world.pass(Duration.ofSeconds(1));
            JsonNode data = data(MUSIC, id);
            words.add(data.path("status").asText());
            JsonNode tracks = data.path("response").path("sunoData");
            if (data.path("status").asText().equals("FIRST_SUCCESS")) {
                assertThat(tracks.get(0).path("audioUrl").asText()).endsWith(".mp3");
                assertThat(tracks.get(1).path("audioUrl").asText("-")).isEmpty();
            }
        }
        assertThat(words).containsExactlyInAnyOrder("PENDING", "TEXT_SUCCESS", "FIRST_SUCCESS", "SUCCESS");
    }

    @Test
    void detailsOfTheOtherKindAndUnknownIdsAreNull() {
        assertThat(DemoJson.read(get(MUSIC, taskId(true)).body()).path("code").asInt())
                .isEqualTo(422);
        JsonNode unknown = DemoJson.read(get(VIDEO, "taskId_0").body());
        assertThat(unknown.path("data").isNull()).isTrue();
        assertThat(DemoJson.read(get(VIDEO, "").body()).path("code").asInt()).isEqualTo(400);
    }

    @Test
    void moreThanTwentyRequestsInTenSecondsAreRefusedInTheBody() {
        for (int i = 0; i < 20; i++) {
            assertThat(DemoJson.read(get(VIDEO, "x").body()).path("code").asInt())
                    .isEqualTo(422);
        }
        assertThat(get(VIDEO, "x").status()).isEqualTo(200);
        assertThat(DemoJson.read(get(VIDEO, "x").body()).path("code").asInt()).isEqualTo(430);
        world.pass(Duration.ofSeconds(10));
        assertThat(DemoJson.read(get(VIDEO, "x").body()).path("code").asInt()).isEqualTo(422);
    }

    @Test
    void wrongKeyIsRefused() {
        assertThat(suno.answer("GET", VIDEO, "taskId=1", "Bearer no", null).status())
                .isEqualTo(401);
    }

    @Test
    void musicCallsBackForTextFirstAndComplete() {
        String id = taskId(false);
        world.pass(Duration.ofSeconds(9));
        List<JsonNode> bodies = suno.due().stream()
                .map(post -> DemoJson.read(post.body()))
                .filter(body -> body.path("data").path("task_id").asText().equals(id))
                .toList();
        assertThat(bodies)
                .extracting(body -> body.path("data").path("callbackType").asText())
                .containsExactly("text", "first", "complete");
        assertThat(bodies).allMatch(body -> body.path("code").asInt() == 200);
        assertThat(bodies.get(0).path("data").path("data")).isEmpty();
        assertThat(bodies.get(1).at("/data/data/1/audio_url").asText("-")).isEmpty();
        assertThat(bodies.get(2).at("/data/data/1/audio_url").asText()).endsWith(".mp3");
    }

    @Test
    void failuresSayWhatHappened() {
        world.plan.setTasksFailed(100);
        for (int i = 0; i < 40; i++) {
            suno.create();
        }
        world.pass(Duration.ofSeconds(9));
        Set<String> seen = new HashSet<>();
        for (DemoPost post : suno.due()) {
            JsonNode body = DemoJson.read(post.body());
            if (body.path("code").asInt() != 200) {
                seen.add(body.path("code").asInt() + " "
                        + body.at("/data/callbackType").asText("mp4"));
                assertThat(body.at("/data/video_url").isTextual()).isFalse();
            }
        }
        assertThat(seen).containsExactlyInAnyOrder("451 mp4", "500 mp4", "501 error");
    }

    @Test
    void someLostCallbacksAreReportedBesideTheResult() {
        world.plan.setCallbacksLost(100);
        for (int i = 0; i < 20; i++) {
            suno.create();
        }
        world.pass(Duration.ofSeconds(9));
        Set<String> flags = new HashSet<>();
        for (String id : suno.unregistered()) {
            if (id.startsWith("taskId_")) {
                JsonNode data = data(VIDEO, id);
                flags.add(data.path("successFlag").asText());
                assertThat(data.at("/response/videoUrl").asText()).endsWith(".mp4");
            }
        }
        assertThat(flags).containsExactlyInAnyOrder("SUCCESS", "CALLBACK_EXCEPTION");
    }

    @Test
    void anIdIsRegisteredOnceTheProductAcceptsIt() {
        suno.create();
        String id = suno.unregistered().get(0);
        suno.registered(id, 503);
        assertThat(suno.unregistered()).containsExactly(id);
        suno.registered(id, 202);
        assertThat(suno.unregistered()).isEmpty();
    }

    /** Makes tasks until one is of this kind. */
    private String taskId(boolean video) {
        while (true) {
            suno.create();
            List<String> ids = suno.unregistered();
            String id = ids.get(ids.size() - 1);
            if (id.startsWith("taskId_") == video) {
                return id;
            }
        }
    }

    private DemoAnswer get(String path, String id) {
        return suno.answer("GET", path, "taskId=" + id, "Bearer " + KEY, null);
    }

    private JsonNode data(String path, String id) {
        DemoAnswer answer = get(path, id);
        assertThat(answer.status()).isEqualTo(200);
        return DemoJson.read(answer.body()).path("data");
    }
}
