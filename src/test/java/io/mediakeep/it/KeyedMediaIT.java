package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Results behind the key of a provider, which sends on to wherever they are. */
class KeyedMediaIT {
    private static final String KEY = "router-key-0123456789";
    private static final OffsetClock CLOCK = new OffsetClock();

    private static Router api;
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    /** OpenRouter: a job has its content behind the key, at an address that leads on. */
    private static final class Router extends FakeServer {
        private volatile String next;

        @Override
        Answer answer(Call call) {
            if (!("Bearer " + KEY).equals(call.authorization())) {
                return Answer.json(401, map("error", "no key"));
            }
            String path = call.path();
            if (path.endsWith("/content")) {
                return to(url() + path + "/again");
            }
            if (path.endsWith("/again")) {
                return to(next);
            }
            String id = path.substring(path.lastIndexOf('/') + 1);
            return Answer.json(
                    200, map("id", id, "status", "completed", "unsigned_urls", List.of(url() + path + "/content")));
        }

        private static Answer to(String url) {
            return new Answer(302, "text/plain", Map.of("Location", url), "");
        }
    }

    @BeforeAll
    static void start() {
        api = new Router();
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("openrouter", api, "openrouter-token-0123456789")
                .set("mediakeep.openrouter.api-key", KEY)
                .set("mediakeep.openrouter.callback-secret", "secret-0123456789")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        api.close();
        origin.close();
    }

    @Test
    void theKeyGoesToTheApiAndNotWhereItLeads() {
        api.next = origin.put("keyed.mp4", Media.mp4(1, 4096));

        watch("keyed");

        app.awaitStored("openrouter", "keyed", 1);
        assertThat(app.object("openrouter/keyed/video-0.mp4")).isEqualTo(Media.mp4(1, 4096));
        assertThat(api.calls("/api/v1/videos/keyed/content/again"))
                .isNotEmpty()
                .allMatch(call -> ("Bearer " + KEY).equals(call.authorization()));
        assertThat(origin.gets()).isNotEmpty().allMatch(get -> get.authorization() == null);
        assertThat(app.log.lines()).noneMatch(line -> line.contains(KEY));
    }

    /** Whoever leads away and back again is not told it a second time. */
    @Test
    void theKeyDoesNotComeBack() {
        String back = "/api/v1/videos/back/elsewhere";
        try (FakeServer away = new FakeServer() {
            @Override
            Answer answer(Call call) {
                return Router.to(api.url() + back);
            }
        }) {
            api.next = away.url() + "/away";

            watch("back");

            app.await("the way back", () -> !api.calls(back).isEmpty());
            assertThat(away.calls()).allMatch(call -> call.authorization() == null);
            assertThat(api.calls(back)).allMatch(call -> call.authorization() == null);
        }
    }

    private static void watch(String id) {
        assertThat(app.api("POST", "/api/tasks/openrouter", "{\"taskId\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(202);
    }
}
