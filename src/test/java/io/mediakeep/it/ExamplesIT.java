package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The routes in docs/examples, and a provider whose file is as short as they get. */
class ExamplesIT {
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeOrigin origin;
    private static Ark ark;
    private static RunningMediakeep app;

    /** The task list of Ark, with one task. */
    private static final class Ark extends FakeServer {
        private volatile Map<String, Object> task;

        @Override
        Answer answer(Call call) {
            if (!"Bearer ark-key".equals(call.authorization())) {
                return Answer.json(401, Map.of("error", Map.of("code", "AuthenticationError")));
            }
            List<Object> items = task == null ? List.of() : List.of(task);
            return Answer.json(200, Map.of("items", items, "total", items.size()));
        }
    }

    @BeforeAll
    static void start() throws IOException {
        origin = new FakeOrigin();
        ark = new Ark();
        app = new RunningMediakeep(CLOCK)
                .set(
                        "camel.main.routesIncludePattern",
                        "file:routes/*.camel.yaml,file:routes/providers/*.camel.yaml,file:docs/examples/*.camel.yaml");
        app.provider("ark", ark, "ark-token-0123456789")
                .set("mediakeep.ark.api-key", "ark-key")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        ark.close();
        origin.close();
    }

    @Test
    void aProviderAddedInYamlIsPolledToTheBucket() {
        byte[] video = Media.mp4(1, 1 << 20);
        ark.task = Map.of(
                "id",
                "cgt-1",
                "model",
                "doubao-seedance",
                "status",
                "succeeded",
                "content",
                Map.of("video_url", origin.put("ark", video)),
                "usage",
                Map.of("total_tokens", 108900),
                "created_at",
                CLOCK.instant().getEpochSecond(),
                "updated_at",
                CLOCK.instant().getEpochSecond());

        JsonNode task = app.awaitStored("ark", "cgt-1", 1);

        assertThat(task.path("units").asText()).isEqualTo("108900");
        assertThat(Media.sha256(app.object("ark/cgt-1/video.mp4"))).isEqualTo(Media.sha256(video));
    }

    @Test
    void theCopyInYamlRefusesWhatCouldBeAnExpression() {
        assertThatThrownBy(() -> copy("http://127.0.0.1:1/{{mediakeep.ark.api-key}}", "a/b.mp4"))
                .isInstanceOf(CamelExecutionException.class)
                .hasRootCauseMessage("the URL or the key holds characters that are not allowed");
        assertThatThrownBy(() -> copy("https://media.example/a.mp4", "${bean:api}"))
                .hasRootCauseMessage("the URL or the key holds characters that are not allowed");
    }

    @Test
    void theCopyInYamlRefusesASourceWithoutLength() {
        String url = origin.put("endless", Media.mp4(1, 1 << 20), FakeOrigin.Fault.CHUNKED, -1);
        assertThatThrownBy(() -> copy(url, "a/b.mp4")).hasRootCauseMessage("the source announces no length");
    }

    private static void copy(String url, String key) throws Exception {
        app.main().getCamelTemplate().sendBody("direct:copy-in-yaml", Map.of("url", url, "key", key));
    }
}
