package io.mediakeep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.signature.SignatureScheme;
import io.mediakeep.signature.SignedRequest;
import io.mediakeep.signature.TestSignature;
import io.mediakeep.signature.ViduHmac;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three simulated providers over HTTP, both what they serve and what they send. */
class DemoRoutesIT {
    private static final String SECRET = "whsec_bWVkaWFrZWVwIGRlbW8gc2lnbmluZyBzZWNyZXQgMDE=";
    private static final String KLING = "Bearer demo-kling-api-key-0001";
    private static final String VIDU_KEY = "demo-vidu-api-key-00001";
    private static final String SUNO = "Bearer demo-suno-api-key-00001";
    private static final Map<String, String> ALL_ARRIVE = Map.of(
            "mediakeep.demo.callbacks-lost", "0",
            "mediakeep.demo.callbacks-doubled", "0",
            "mediakeep.demo.tasks-failed", "0");

    private DemoRun demo;

    @AfterEach
    void stop() {
        if (demo != null) {
            demo.close();
        }
    }

    @Test
    void klingSignsEachChangeOfStatus() throws Exception {
        demo = new DemoRun(ALL_ARRIVE);
        DemoRun.eventually(() -> demo.received("/callbacks/kling/").size() == 36);
        SignatureScheme scheme =
                TestSignature.of("standard-webhooks", List.of(SECRET), Duration.ofMinutes(5), Clock.systemUTC());
        Set<String> ids = new HashSet<>();
        for (SignedRequest callback : demo.received("/callbacks/kling/")) {
            assertThat(callback.path()).isEqualTo("/callbacks/kling/demo-kling-callback-token");
            assertThat(callback.headers().get("Content-Type")).containsExactly("application/json");
            assertThat(scheme.verify(callback).coversBody()).isTrue();
            ids.add(callback.headers().get("webhook-id").get(0));
        }
        assertThat(ids).hasSize(36);
    }

    @Test
    void viduSignsPathAndQuery() throws Exception {
        demo = new DemoRun(ALL_ARRIVE);
        DemoRun.eventually(() -> demo.received("/callbacks/vidu/").size() == 24);
        SignatureScheme scheme = new ViduHmac(List.of(VIDU_KEY), Duration.ofMinutes(5), Clock.systemUTC(), null);
        for (SignedRequest callback : demo.received("/callbacks/vidu/")) {
            assertThat(callback.rawQuery()).matches("job=order-[0-9]+");
            assertThat(scheme.verify(callback).callbackId()).isPresent();
        }
    }

    @Test
    void viduRepeatsAFinalCallbackThatWasRefused() throws Exception {
        demo = new DemoRun(Map.of(
                "mediakeep.demo.tasks", "1",
                "mediakeep.demo.callbacks-lost", "0",
                "mediakeep.demo.callbacks-doubled", "0"));
        demo.answer(503);
        DemoRun.eventually(() -> demo.received("/callbacks/vidu/").size() >= 2);
        demo.answer(200);
        DemoRun.eventually(() -> demo.received("/callbacks/vidu/").size() >= 3);
    }

    @Test
    void aProductThatStartsLaterStillLearnsOfTheTasks() throws Exception {
        demo = new DemoRun(Map.of("mediakeep.demo.tasks", "1"), false);
        DemoSuno suno = demo.bean("demoSuno", DemoSuno.class);
        DemoRun.eventually(() -> suno.made() == 1);
        demo.startProduct();
        DemoRun.eventually(() -> suno.unregistered().isEmpty());
        assertThat(demo.received("/api/tasks/suno")).hasSize(1);
    }

    @Test
    void sunoTasksAreRegisteredUntilTheProductAcceptsThem() throws Exception {
        demo = new DemoRun(Map.of("mediakeep.demo.tasks", "2", "mediakeep.api.token", "a, 'token'"));
        demo.answer(503);
        DemoRun.eventually(() -> demo.received("/api/tasks/suno").size() >= 3);
        demo.answer(202);
        DemoSuno suno = demo.bean("demoSuno", DemoSuno.class);
        DemoRun.eventually(() -> suno.unregistered().isEmpty() && suno.made() == 2);
        SignedRequest request = demo.received("/api/tasks/suno").get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.headers().get("Authorization")).containsExactly("Bearer a, 'token'");
        assertThat(DemoRun.json(request).path("taskId").asText()).matches("taskId_[0-9a-f]{12}|[0-9a-f]{32}");
    }

    @Test
    void theTokenThatTheProductMadeIsReadFromItsFile(@TempDir Path temp) throws Exception {
        Path file = Files.writeString(temp.resolve("api-token"), "made-by-the-product\n");
        demo = new DemoRun(Map.of("mediakeep.demo.tasks", "1", "mediakeep.api.token-file", file.toString()));
        DemoRun.eventually(() -> !demo.received("/api/tasks/suno").isEmpty());
        assertThat(demo.received("/api/tasks/suno").get(0).headers().get("Authorization"))
                .containsExactly("Bearer made-by-the-product");
    }

    @Test
    void anApiWithoutTokenIsCalledWithoutOne() throws Exception {
        demo = new DemoRun(Map.of("mediakeep.demo.tasks", "1"));
        DemoRun.eventually(() -> !demo.received("/api/tasks/suno").isEmpty());
        assertThat(demo.received("/api/tasks/suno").get(0).headers()).doesNotContainKey("Authorization");
    }

    @Test
    void sunoCallbacksSayTheResultInSnakeCase() throws Exception {
        demo = new DemoRun(ALL_ARRIVE);
        DemoRun.eventually(() -> demo.received("/callbacks/suno/").stream()
                .map(callback -> DemoRun.json(callback).path("data"))
                .map(data -> data.has("video_url")
                        ? "mp4"
                        : data.path("callbackType").asText())
                .collect(Collectors.toSet())
                .containsAll(Set.of("mp4", "text", "first", "complete")));
        for (SignedRequest callback : demo.received("/callbacks/suno/")) {
            assertThat(DemoRun.json(callback).path("code").isInt()).isTrue();
            assertThat(DemoRun.json(callback).path("data").path("task_id").asText())
                    .isNotEmpty();
        }
    }

    @Test
    void tasksWithoutAnyCallbackAreFoundByTheLists() throws Exception {
        demo = new DemoRun(Map.of("mediakeep.demo.callbacks-lost", "100", "mediakeep.demo.tasks-failed", "0"));
        DemoRun.eventually(() -> {
            JsonNode kling = DemoRun.json(demo.post(
                    "/demo/kling/tasks", KLING, "{\"filters\":[{\"key\":\"status\",\"values\":[\"succeeded\"]}]}"));
            JsonNode vidu = DemoRun.json(
                    demo.get("/demo/vidu/ent/v2/tasks?states=success&pager.pagesz=100", "Token " + VIDU_KEY));
            return kling.path("data").path("count").asInt() == 12
                    && vidu.path("tasks").size() == 12;
        });
        Set<String> called = new HashSet<>();
        demo.received("/callbacks/kling/")
                .forEach(callback -> called.add(DemoRun.json(callback)
                        .path("task_status")
                        .asText(DemoRun.json(callback).path("status").asText())));
        assertThat(called).doesNotContain("succeed", "succeeded");
    }

    @Test
    void servesAnswersWithStatusAndTypeOverHttp() throws Exception {
        demo = new DemoRun(Map.of());
        DemoRun.eventually(() -> demo.bean("demoSuno", DemoSuno.class).made() == 12
                && !demo.received("/api/tasks/suno").isEmpty());
        assertThat(demo.get("/demo/kling/v1/videos/text2video?pageNum=1&pageSize=30", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
        var list = demo.get("/demo/kling/v1/videos/text2video?pageNum=1&pageSize=30", KLING);
        assertThat(list.statusCode()).isEqualTo(200);
        assertThat(list.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(DemoRun.json(list).path("data").isArray()).isTrue();
        assertThat(demo.get("/demo/kling/v1/videos/text2video/1", KLING).statusCode())
                .isEqualTo(400);
        assertThat(demo.get("/demo/vidu/ent/v2/tasks/1/creations", "Token " + VIDU_KEY)
                        .statusCode())
                .isEqualTo(404);
        String id = DemoRun.json(demo.received("/api/tasks/suno").get(0))
                .path("taskId")
                .asText();
        String kind = id.startsWith("taskId_") ? "mp4" : "generate";
        JsonNode details = DemoRun.json(demo.get("/demo/suno/api/v1/" + kind + "/record-info?taskId=" + id, SUNO));
        assertThat(details.path("data").path("taskId").asText()).isEqualTo(id);
    }

    @Test
    void settingsAreCheckedAtStart() {
        assertThatThrownBy(() -> demo = new DemoRun(Map.of("mediakeep.demo.callbacks-lost", "101")))
                .hasStackTraceContaining("mediakeep.demo.callbacks-lost must be 0 to 100, but is 101");
    }
}
