package io.mediakeep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoKlingTest {
    private static final String KEY = "demo-kling-api-key-0001";
    private static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String TEXT2VIDEO = "/demo/kling/v1/videos/text2video";
    private static final String IMAGES = "/demo/kling/v1/images/generations";

    private DemoWorld world;
    private DemoKling kling;

    @BeforeEach
    void start() throws IOException {
        world = new DemoWorld();
        kling = kling();
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private DemoKling kling() {
        return new DemoKling(world.plan, world.origin, KEY, SECRET, "token-of-16-chars", world.clock);
    }

    @Test
    void legacyListHasTheEnvelopeAndTasksOfOneProductNewestFirst() {
        create(40);
        world.pass(Duration.ofSeconds(9));
        JsonNode list = get(TEXT2VIDEO, "pageNum=1&pageSize=500");
        assertThat(list.path("code").asInt(-1)).isZero();
        assertThat(list.path("message").asText()).isEqualTo("SUCCEED");
        assertThat(list.path("request_id").isTextual()).isTrue();
        JsonNode first = list.path("data").get(0);
        assertThat(first.path("task_id").asText()).matches("[0-9]{18}");
        assertThat(first.path("task_status").asText()).isEqualTo("succeed");
        assertThat(first.path("created_at").asLong()).isEqualTo(DemoWorld.START.toEpochMilli());
        assertThat(first.path("final_unit_deduction").isTextual()).isTrue();
        JsonNode video = first.path("task_result").path("videos").get(0);
        assertThat(video.path("duration").isTextual()).isTrue();
        assertThat(video.path("url").asText()).matches("http://127\\.0\\.0\\.1:.*-output\\.mp4\\?x-kcdn-pid=112372");
        List<String> ids = list.path("data").findValuesAsText("task_id");
        assertThat(ids).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(get(IMAGES, "").path("data").findValuesAsText("task_id")).doesNotContainAnyElementsOf(ids);
    }

    @Test
    void legacyPagesEndWithAShortOne() {
        create(40);
        List<String> all = get(TEXT2VIDEO, "pageSize=500").path("data").findValuesAsText("task_id");
        List<String> paged = new ArrayList<>();
        int page = 1;
        List<String> last;
        do {
            last = get(TEXT2VIDEO, "pageNum=" + page++ + "&pageSize=3")
                    .path("data")
                    .findValuesAsText("task_id");
            paged.addAll(last);
        } while (last.size() == 3);
        assertThat(paged).isEqualTo(all).hasSizeGreaterThan(6);
        assertThat(answer("GET", TEXT2VIDEO, "pageSize=501", "").status()).isEqualTo(400);
    }

    @Test
    void legacyTaskIsFoundByBothIdsButOnlyUnderItsProduct() {
        create(40);
        JsonNode task = get(TEXT2VIDEO, "").path("data").get(0);
        String id = task.path("task_id").asText();
        String order = task.path("task_info").path("external_task_id").asText();
        assertThat(get(TEXT2VIDEO + "/" + id, "").path("data").path("task_id").asText())
                .isEqualTo(id);
        assertThat(get(TEXT2VIDEO + "/" + order, "")
                        .path("data")
                        .path("task_id")
                        .asText())
                .isEqualTo(id);
        assertError(answer("GET", IMAGES + "/" + id, "", ""), 400, 1201);
        assertError(answer("GET", "/demo/kling/v1/videos/effects/" + id, "", ""), 404, 1203);
        assertError(answer("POST", TEXT2VIDEO, "", "{}"), 404, 1202);
    }

    @Test
    void imagesHaveAnIndexAndNoId() {
        create(40);
        world.pass(Duration.ofSeconds(9));
        JsonNode images =
                get(IMAGES, "").path("data").get(0).path("task_result").path("images");
        assertThat(images.get(0).path("index").asInt(-1)).isZero();
        assertThat(images.get(0).has("id")).isFalse();
        assertThat(images.get(0).path("url").asText()).contains("/0.origin?");
    }

    @Test
    void wrongKeyIsRefused() {
        assertError(kling.answer("GET", TEXT2VIDEO, null, "Bearer nonsense", null), 401, 1002);
        assertError(kling.answer("GET", TEXT2VIDEO, null, null, null), 401, 1001);
    }

    @Test
    void newListFollowsItsCursorOverAllTasks() {
        create(25);
        List<String> ids = new ArrayList<>();
        String cursor = "";
        JsonNode data;
        do {
            data = post("{\"limit\":10,\"cursor\":\"" + cursor + "\"}").path("data");
            assertThat(data.path("count").asInt()).isEqualTo(data.path("result").size());
            data.path("result").forEach(task -> ids.add(task.path("id").asText()));
            cursor = data.path("next_cursor").asText();
            // A task that comes meanwhile is no part of it.
            kling.create();
        } while (data.path("has_more").asBoolean());
        assertThat(cursor).isEmpty();
        assertThat(new HashSet<>(ids)).hasSize(ids.size()).hasSize(25);
    }

    @Test
    void newListFiltersByWindowStatusAndProductType() {
        create(20);
        world.pass(Duration.ofSeconds(9));
        create(5);
        assertThat(post("{\"filters\":[{\"key\":\"status\",\"values\":[\"succeeded\",\"failed\"]}]}")
                        .path("data")
                        .path("count")
                        .asInt())
                .isEqualTo(20);
        assertThat(post("{\"start_time\":" + DemoWorld.START.plusSeconds(1).toEpochMilli() + "}")
                        .path("data")
                        .path("count")
                        .asInt())
                .isEqualTo(5);
        JsonNode images = post("{\"filters\":[{\"key\":\"product_type\",\"values\":[\"image\"]}]}")
                .path("data")
                .path("result");
        JsonNode output = images.get(images.size() - 1).path("outputs").get(0);
        assertThat(output.path("type").asText()).isEqualTo("image");
        assertThat(output.has("id")).isFalse();
        assertError(answer("POST", "/demo/kling/tasks", "", "no json"), 400, 1200);
    }

    @Test
    void newTasksAreReadInGroupsAndUnknownOnesAreLeftOut() {
        create(2);
        List<String> ids = new ArrayList<>();
        post("{}")
                .path("data")
                .path("result")
                .forEach(task -> ids.add(task.path("id").asText()));
        JsonNode data =
                get("/demo/kling/tasks", "task_ids=" + ids.get(1) + ",1,%20").path("data");
        assertThat(data.isArray()).isTrue();
        assertThat(data.findValuesAsText("id")).containsExactly(ids.get(1));
        assertError(answer("GET", "/demo/kling/tasks", "task_ids=" + "1,".repeat(21), ""), 400, 1200);
        assertError(answer("GET", "/demo/kling/tasks", "task_ids=1&external_task_ids=2", ""), 400, 1200);
    }

    @Test
    void callbacksAreBareTasksInTheOrderOfStatus() {
        create(1);
        world.pass(Duration.ofSeconds(9));
        List<JsonNode> bodies =
                kling.due().stream().map(post -> DemoJson.read(post.body())).toList();
        assertThat(bodies)
                .extracting(body ->
                        body.path("task_status").asText(body.path("status").asText()))
                .satisfiesAnyOf(
                        words -> assertThat(words).isEqualTo(List.of("submitted", "processing", "succeed")),
                        words -> assertThat(words).isEqualTo(List.of("submitted", "processing", "succeeded")));
        assertThat(bodies).noneMatch(body -> body.has("code") || body.has("data"));
        assertThat(kling.due()).isEmpty();
    }

    @Test
    void failedTasksHaveAReasonAndNoOutputs() {
        world.plan.setTasksFailed(100);
        create(20);
        world.pass(Duration.ofSeconds(9));
        for (JsonNode task : post("{}").path("data").path("result")) {
            assertThat(task.path("status").asText()).isEqualTo("failed");
            assertThat(task.path("message").asText()).isNotEmpty();
            assertThat(task.path("outputs")).isEmpty();
        }
        assertThat(get(TEXT2VIDEO, "").path("data").get(0).path("task_result")).isEmpty();
    }

    @Test
    void doubledCallbackIsTheSameDelivery() {
        world.plan.setCallbacksDoubled(100);
        create(1);
        world.pass(Duration.ofSeconds(9));
        List<DemoPost> posts = kling.due();
        assertThat(posts).hasSize(4);
        assertThat(posts.get(3)).isEqualTo(posts.get(2));
    }

    @Test
    void lateCallbackIsFollowedByTheOneBeforeIt() {
        world.plan.setCallbacksLate(100);
        create(1);
        world.pass(Duration.ofSeconds(9));
        assertThat(kling.due()).hasSize(1);
        world.pass(Duration.ofSeconds(16));
        List<DemoPost> posts = kling.due();
        assertThat(posts).extracting(post -> post.callback().step().state()).containsExactly("succeed", "processing");
    }

    @Test
    void sameSeedRepeatsEveryDecision() {
        world.plan.setTasksFailed(5);
        world.plan.setCallbacksLost(30);
        world.plan.setCallbacksDoubled(10);
        world.plan.setCallbacksLate(10);
        assertThat(history("7")).isEqualTo(history("7")).isNotEqualTo(history("8"));
    }

    @Test
    void aboutAsManyFinalCallbacksAreLostAsThePlanSays() {
        world.plan.setCallbacksLost(30);
        create(1_000);
        world.pass(Duration.ofSeconds(9));
        Set<String> heard = new HashSet<>();
        for (DemoPost post : kling.due()) {
            if (post.callback().step().state().equals("succeed")) {
                heard.add(post.callback().task().id());
            }
        }
        assertThat(heard.size()).isBetween(650, 750);
    }

    @Test
    void restsAfterAsManyTasksAsThePlanSays() {
        world.plan.setTasks(3);
        create(5);
        assertThat(post("{}").path("data").path("count").asInt()).isEqualTo(3);
    }

    private String history(String seed) {
        world.plan.setSeed(seed);
        kling = kling();
        create(50);
        world.pass(Duration.ofSeconds(30));
        StringBuilder history = new StringBuilder();
        kling.due()
                .forEach(post -> history.append(post.callback().task().order())
                        .append(' ')
                        .append(post.callback().task().product())
                        .append(' ')
                        .append(post.callback().step().state())
                        .append('\n'));
        return history.toString();
    }

    private void create(int count) {
        for (int i = 0; i < count; i++) {
            kling.create();
        }
    }

    private DemoAnswer answer(String method, String path, String query, String body) {
        return kling.answer(method, path, query, "Bearer " + KEY, body);
    }

    private JsonNode get(String path, String query) {
        DemoAnswer answer = answer("GET", path, query, "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return DemoJson.read(answer.body());
    }

    private JsonNode post(String body) {
        DemoAnswer answer = answer("POST", "/demo/kling/tasks", "", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return DemoJson.read(answer.body());
    }

    private static void assertError(DemoAnswer answer, int status, int code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(DemoJson.read(answer.body()).path("code").asInt()).isEqualTo(code);
    }
}
