package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.Page;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The provider that docs/providers.md adds, added as the page says. */
class NewProviderIT {
    private static final OffsetClock CLOCK = new OffsetClock();
    private static final String DOOR = "/callbacks/acme/acme-token-0123456789";
    private static final String SECRET = "the-signing-secret";

    private final Acme acme = new Acme();
    private final FakeOrigin origin = new FakeOrigin();
    private RunningMediakeep app;
    private Page page;

    /** The API as the page describes it. */
    private static final class Acme extends FakeServer {
        private static final String JOBS = "/v1/jobs";
        private final Map<String, Map<String, Object>> jobs = new ConcurrentHashMap<>();
        private volatile boolean listed = true;

        @Override
        Answer answer(Call call) {
            if (!"Bearer acme-key".equals(call.authorization())) {
                return Answer.json(401, Map.of());
            }
            if (call.path().equals(JOBS)) {
                int size = Integer.parseInt(call.parameter("limit"));
                List<Map<String, Object>> shown = jobs.values().stream()
                        .filter(job -> listed)
                        .sorted((a, b) ->
                                b.get("id").toString().compareTo(a.get("id").toString()))
                        .skip((Integer.parseInt(call.parameter("page")) - 1L) * size)
                        .limit(size)
                        .toList();
                return Answer.json(200, Map.of("jobs", shown));
            }
            Map<String, Object> job = jobs.get(call.path().substring(JOBS.length() + 1));
            return job == null ? Answer.json(404, Map.of()) : Answer.json(200, job);
        }
    }

    @BeforeEach
    void start() throws Exception {
        page = Page.read("docs/providers.md");
        app = new RunningMediakeep(CLOCK);
        Path file = app.directory().resolve("acme.camel.yaml");
        Files.writeString(file, page.block("### 1. The file", "yaml"));
        Path samples = Files.createDirectories(app.directory().resolve("samples/acme"));
        Files.writeString(samples.resolve("done.json"), page.block("### 2. The samples", "json"));
        app.provider("acme", acme, "acme-token-0123456789")
                .set("mediakeep.acme.callback-secret", SECRET)
                .set("mediakeep.acme.api-key", "acme-key")
                .set("mediakeep.samples.directory", samples.getParent().toString())
                .set(
                        "camel.main.routesIncludePattern",
                        "file:routes/*.camel.yaml,file:routes/providers/*.camel.yaml,file:" + file)
                .start();
    }

    @AfterEach
    void stop() {
        app.close();
        acme.close();
        origin.close();
    }

    @Test
    void answersTheSampleAsThePageShows() {
        String shown = page.block("### 3. A try", "console")
                .lines()
                .reduce((first, second) -> second)
                .orElseThrow();

        assertThat(app.api("POST", "/api/normalize/acme", page.block("### 2. The samples", "json"))
                        .body())
                .isEqualTo(shown);
    }

    @Test
    void findsEveryJobOfTheList() {
        IntStream.range(0, 120).forEach(i -> put("j-" + (1000 + i), i == 0 ? "error" : "done"));

        app.await("all", () -> app.count("SELECT count(*) FROM media WHERE state = 'stored'") == 119);
        assertThat(app.task("acme", "j-1000").path("status").asText()).isEqualTo("failed");
    }

    @Test
    void believesASignedCallbackAndNoOther() throws Exception {
        acme.listed = false;
        byte[] told = FakeServer.write(job("j-1", "done")).getBytes(StandardCharsets.UTF_8);
        String now = String.valueOf(CLOCK.instant().getEpochSecond());
        Map<String, String> signed = Map.of("X-Acme-Time", now, "X-Acme-Signature", "sha256=" + sign(now, told));

        assertThat(app.callback(DOOR, "{\"id\":\"j-2\",\"state\":\"done\"}".getBytes(StandardCharsets.UTF_8), signed)
                        .statusCode())
                .isEqualTo(401);
        assertThat(app.callback(DOOR, told, signed).statusCode()).isEqualTo(200);

        JsonNode task = app.awaitStored("acme", "j-1", 1);
        assertThat(task.path("status").asText()).isEqualTo("succeeded");
        assertThat(acme.calls("/v1/jobs/j-1")).isEmpty();
    }

    @Test
    void watchesATaskThatWasNamed() {
        acme.listed = false;
        put("j-3", "done");

        app.api("POST", "/api/tasks/acme", "{\"taskId\":\"j-3\"}");

        app.awaitStored("acme", "j-3", 1);
    }

    private void put(String id, String state) {
        acme.jobs.put(id, job(id, state));
    }

    private Map<String, Object> job(String id, String state) {
        return map(
                "id",
                id,
                "state",
                state,
                "created",
                CLOCK.instant().toString(),
                "error",
                state.equals("error") ? "no luck" : null,
                "files",
                state.equals("error")
                        ? List.of()
                        : List.of(map("url", origin.put(id, Media.mp4(id.hashCode(), 4096)))));
    }

    private static String sign(String time, byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }
}
