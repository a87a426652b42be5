package io.mediakeep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.event.UrlExpiry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoViduTest {
    private static final String KEY = "demo-vidu-api-key-00001";
    private static final String LIST = "/demo/vidu/ent/v2/tasks";

    private DemoWorld world;
    private DemoVidu vidu;

    @BeforeEach
    void start() throws IOException {
        world = new DemoWorld();
        vidu = new DemoVidu(world.plan, world.origin, KEY, "token-of-16-chars", world.clock);
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void listItemsHaveTheDocumentedFieldsAndNoOthersThatMatter() {
        create(1);
        world.pass(Duration.ofSeconds(9));
        JsonNode task = list("").path("tasks").get(0);
        assertThat(task.path("id").asText()).matches("[0-9]{18}");
        assertThat(task.path("state").asText()).isEqualTo("success");
        assertThat(task.path("created_at").asText()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(task.has("updated_at") || task.has("err_code") || task.has("payload"))
                .isFalse();
        JsonNode creation = task.path("creations").get(0);
        assertThat(creation.path("video").path("resolution").path("width").asInt())
                .isPositive();
        assertThat(UrlExpiry.of(creation.path("url").asText()))
                .contains(DemoWorld.START.plusSeconds(9).plus(Duration.ofHours(24)));
        assertThat(creation.path("cover_url").asText()).contains("/cover.jpeg?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pager", "paper"})
    void pagesAreCountedFromZeroInBothSpellings(String name) {
        create(25);
        List<String> ids = new ArrayList<>();
        for (int page = 0; page < 3; page++) {
            JsonNode found = list(name + ".page=" + page + "&" + name + ".pagesz=10");
            ids.addAll(found.path("tasks").findValuesAsText("id"));
            assertThat(found.path("next_page_token").asText().isEmpty()).isEqualTo(page == 2);
        }
        assertThat(new HashSet<>(ids)).hasSize(25).hasSameSizeAs(ids);
    }

    @Test
    void tokensLeadThroughTheListWhileNewTasksCome() {
        create(25);
        List<String> ids = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = list("pager.page_token=" + token);
            ids.addAll(page.path("tasks").findValuesAsText("id"));
            token = page.path("next_page_token").asText();
            vidu.create();
        } while (!token.isEmpty());
        assertThat(new HashSet<>(ids)).hasSize(25).hasSameSizeAs(ids);
    }

    @Test
    void listKeepsToWindowStatesAndIds() {
        create(3);
        world.pass(Duration.ofSeconds(9));
        create(2);
        assertThat(list("states=success&states=failed").path("tasks")).hasSize(3);
        assertThat(list("created_at.from=2026-01-02T03:04:10Z").path("tasks")).hasSize(2);
        assertThat(list("created_at.to=2026-01-02T03:04:10%2B00:00").path("tasks"))
                .hasSize(3);
        String id = list("").path("tasks").get(4).path("id").asText();
        assertThat(list("task_ids=" + id + "&task_ids=1").path("tasks").findValuesAsText("id"))
                .contains(id);
        assertThat(get(LIST, "pager.pagesz=101").status()).isEqualTo(400);
        assertThat(get(LIST, "created_at.from=yesterday").status()).isEqualTo(400);
        world.pass(Duration.ofDays(8));
        assertThat(list("").path("tasks")).isEmpty();
    }

    @Test
    void eachReadGivesFreshUrls() {
        create(1);
        world.pass(Duration.ofSeconds(9));
        String id = list("").path("tasks").get(0).path("id").asText();
        JsonNode first = single(id);
        world.pass(Duration.ofHours(20));
        JsonNode second = single(id);
        assertThat(first.path("id").asText()).isEqualTo(id);
        assertThat(first.path("payload").asText()).isEqualTo("order-1");
        assertThat(first.at("/creations/0/url")).isNotEqualTo(second.at("/creations/0/url"));
        assertThat(first.at("/creations/0/id")).isEqualTo(second.at("/creations/0/id"));
    }

    @Test
    void unknownTasksAndWrongTokensAreRefused() {
        assertThat(DemoJson.read(get(LIST + "/1/creations", "").body())
                        .path("reason")
                        .asText())
                .isEqualTo("TaskNotFound");
        DemoAnswer answer = vidu.answer("GET", LIST, "", "Bearer " + KEY, "");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(DemoJson.read(answer.body()).path("reason").asText()).isEqualTo("Unauthorized");
    }

    @Test
    void callsBackWhenProcessingAndWhenEnded() {
        create(1);
        world.pass(Duration.ofSeconds(9));
        List<DemoPost> posts = vidu.due();
        assertThat(posts).extracting(post -> post.callback().step().state()).containsExactly("processing", "success");
        JsonNode body = DemoJson.read(posts.get(1).body());
        assertThat(body.path("id").asText())
                .isEqualTo(posts.get(1).callback().task().id());
        assertThat(body.path("creations")).hasSize(1);
    }

    @Test
    void refusedFinalCallbackComesThreeTimesMoreAndNoOther() {
        create(1);
        world.pass(Duration.ofSeconds(9));
        int sent = 0;
        List<DemoPost> posts = vidu.due();
        while (!posts.isEmpty()) {
            sent += posts.size();
            posts.forEach(post -> vidu.answered(post, 503));
            world.pass(Duration.ofMinutes(1));
            posts = vidu.due();
        }
        assertThat(sent).isEqualTo(1 + 1 + 3);
    }

    private void create(int count) {
        for (int i = 0; i < count; i++) {
            vidu.create();
        }
    }

    private DemoAnswer get(String path, String query) {
        return vidu.answer("GET", path, query, "Token " + KEY, null);
    }

    private JsonNode list(String query) {
        DemoAnswer answer = get(LIST, query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return DemoJson.read(answer.body());
    }

    private JsonNode single(String id) {
        return DemoJson.read(get(LIST + "/" + id + "/creations", "").body());
    }
}
