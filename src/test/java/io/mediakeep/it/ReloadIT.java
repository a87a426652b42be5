package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Route files that are saved while the application runs, broken and mended, while callbacks come in. */
class ReloadIT {
    private static final String DOOR = "/callbacks/vidu/vidu-token-0123456789";
    private static final String REFUSED = "what ran before goes on";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static FakeVidu vidu;
    private static RunningMediakeep app;
    private static Path routes;

    private Sender sender;

    @BeforeAll
    static void start() {
        vidu = new FakeVidu("vidu-key");
        app = new RunningMediakeep(new OffsetClock())
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.confirm", "never")
                .set("mediakeep.vidu.signature", "none")
                .set("mediakeep.vidu.api-key", "vidu-key");
        routes = new EditedRoutes().reloadedBy(app);
        app.start();
    }

    @AfterAll
    static void stop() {
        app.close();
        vidu.close();
    }

    @BeforeEach
    void send() {
        sender = new Sender();
        sender.start();
    }

    @AfterEach
    void restore() throws IOException {
        sender.finish();
        for (String file : List.of("error-handling", "callback", "vidu", "api", "poll", "provider")) {
            Path shipped = shipped(file);
            Path edited = routes.resolve(file + ".camel.yaml");
            if (Files.mismatch(shipped, edited) >= 0) {
                save(file, Files.readString(shipped));
            }
        }
    }

    /** Each edit lets Camel take the old route away before it fails. */
    @ParameterizedTest
    @CsvSource({
        "callback, ref: callbackDoor, ref: callbackDoorThatIsNot",
        "callback, uri: seda, uri: no-such-component",
        "callback, discardWhenFull: true, discardWhenEmpty: true",
        "callback, period: \"1000\", period: \"{{no.such.setting}}\"",
        "callback, httpMethodRestrict: POST, httpMethodRestrict: POKE",
        "callback, 'expression: \"${body}\"', 'expression: \"${body\"'",
        "callback, '        - removeHeaders:', '        - removeHeadersOf:'",
        "callback, 'id: callback-work\n', 'id: callback-receive\n'",
        "callback, routeConfigurationId: quiet-errors, 'routeConfigurationId: ['",
        "vidu, uri: direct, uri: no-such-component",
        "vidu, body., body.(",
        "api, ref: apiDoor, ref: apiDoorThatIsNot",
        "poll, ref: polls, ref: pollsThatAreNot",
        "callback, '    routeConfigurationId: quiet-errors', '    routeConfigurationId: [no-such-errors]'"
    })
    void aBrokenFileLeavesTheDoorsAsTheyWere(String file, String text, String broken) throws Exception {
        int refusals = lines(REFUSED);
        save(file, replaced(file, text, broken));
        app.await("the refusal of " + broken, () -> lines(REFUSED) > refusals || mapped(broken));
        becomesATask();

        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
        assertThat(answerOf("/api/summary").path("providers").path("vidu")).isNotEmpty();

        save(file, Files.readString(shipped(file)));
        sender.awaitMore(5);
        becomesATask();
        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
        // What no list shows is read, and this Vidu knows no tasks.
        assertThat(answerOf("/api/dead-letters").path("items").findValuesAsText("reason"))
                .isSubsetOf(Set.of("task_unknown"));
    }

    @Test
    void aGoodFileIsTakenUpWhileAnotherIsBroken() throws Exception {
        save("vidu", replaced("vidu", "uri: direct", "uri: no-such-component"));
        app.await("the refusal", () -> lines(REFUSED) > 0);
        answerAs("text/one");

        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
        becomesATask();
    }

    @Test
    void aFileThatIsSavedInHalvesLosesNoRoute() throws Exception {
        String shipped = Files.readString(Path.of("routes/callback.camel.yaml"));
        save("callback", "");
        save("callback", shipped.substring(0, shipped.indexOf("- route:\n    id: callback-tick")));
        int refusals = lines(REFUSED);
        save("callback", replaced("callback", "ref: callbackDoor", "ref: callbackDoorThatIsNot"));
        app.await("the refusal", () -> lines(REFUSED) > refusals);
        sender.awaitMore(5);

        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
        // Each save may be seen by itself, so another refusal may follow the first.
        app.await(
                "all routes",
                () -> app.main().getCamelContext().getRoutes().stream()
                        .map(route -> route.getRouteId())
                        .toList()
                        .containsAll(List.of("callback-receive", "callback-tick", "callback-work", "callback-read")));
        becomesATask();
    }

    @Test
    void aCallThatAFileDescribesIsTakenUp() throws Exception {
        String page = "routeId: vidu-page\n    parameters:\n      - name: provider\n        value: vidu\n"
                + "      - name: path\n        value: /ent/";
        save("vidu", replaced("vidu", page + "v2/tasks", page + "v3/tasks"));
        app.await("a poll of another list", () -> !vidu.calls("/ent/v3/tasks").isEmpty());

        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
        becomesATask();
    }

    @ParameterizedTest
    @CsvSource({
        "units: body.credits, units: body.state, 'fails its sample detail-success: units is \"success\" instead of \"4\"'",
        "units: body.credits, units: body.credits == 4 ? body.id.nonsense() : 0, 'fails its sample detail-success: mapping: line '"
    })
    void aMappingThatFailsItsSamplesIsAWarning(String text, String other, String line) throws Exception {
        int before = lines(line);
        save("vidu", replaced("vidu", text, other));
        app.await(line, () -> lines(line) > before);
    }

    @ParameterizedTest
    @CsvSource({
        "provider, 'period: \"1000\"', 'period: \"500\"', provider.camel.yaml is taken up at the next start",
        "vidu, retention: 24h, retention: 48h, Facts of vidu are taken up at the next start"
    })
    void whatIsBuiltInIsTakenUpAtTheNextStart(String file, String text, String other, String line) throws Exception {
        int before = lines(line);
        save(file, replaced(file, text, other));
        app.await(line, () -> lines(line) > before);
        becomesATask();
    }

    /** Running routes have it built in, so it is not proven before they are built anew. */
    @Test
    void aFileOfRouteConfigurationsWaitsForTheNextStart() throws Exception {
        save("error-handling", replaced("error-handling", "uri: direct", "uri: no-such-component"));
        app.await("the line", () -> lines("error-handling.camel.yaml is taken up at the next start") > 0);
        answerAs("text/two");

        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
        becomesATask();
    }

    @Test
    void whileARouteIsAwayASenderIsToldToComeAgainAndACallbackThatIsThereWaits() throws Exception {
        app.main().getCamelContext().getRouteController().stopRoute("callback-receive");
        HttpResponse<String> answer = callback();
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("5");
        assertThat(answer.body()).contains("\"status\":503");
        app.await(
                "a path that never was",
                () -> app.callback("/callbacks/vidu", new byte[0], Map.of()).statusCode() == 404);

        app.main().getCamelContext().getRouteController().startRoute("callback-receive");
        becomesATask();
        assertThat(sender.statuses()).isSubsetOf(Set.of(200, 503));
    }

    /** An edit of a mapping that only fails when it is used is no matter of the reload. */
    private static boolean mapped(String broken) {
        return broken.equals("body.(") && lines(REFUSED) > 0;
    }

    /** An edit of the receiving route that a sender sees. */
    private static void answerAs(String type) throws Exception {
        save("callback", replaced("callback", "expression: application/json", "expression: " + type));
        app.await(
                "the other answer",
                () -> callback().headers().firstValue("Content-Type").orElse("").startsWith(type));
    }

    private static void becomesATask() {
        String id = "reloaded-" + COUNT.incrementAndGet();
        app.await(id, () -> callback(id).statusCode() == 200);
        app.awaitStatus("vidu", id, "processing");
    }

    private static HttpResponse<String> callback() {
        return callback("reload-" + COUNT.incrementAndGet());
    }

    private static HttpResponse<String> callback(String id) {
        byte[] body = FakeServer.write(map("id", id, "state", "processing")).getBytes(StandardCharsets.UTF_8);
        return app.callback(DOOR, body, Map.of());
    }

    private static String replaced(String file, String text, String other) throws IOException {
        String shipped = Files.readString(shipped(file));
        assertThat(shipped).contains(text);
        int at = shipped.lastIndexOf(text);
        return shipped.substring(0, at) + other + shipped.substring(at + text.length());
    }

    private static Path shipped(String file) {
        Path provider = Path.of("routes/providers", file + ".camel.yaml");
        return Files.exists(provider) ? provider : Path.of("routes", file + ".camel.yaml");
    }

    private static void save(String file, String text) throws IOException {
        Files.writeString(routes.resolve(file + ".camel.yaml"), text);
    }

    /** The API answers 503 while the file of its own routes is replaced. */
    private static JsonNode answerOf(String path) {
        List<HttpResponse<String>> answers = new ArrayList<>();
        app.await("an answer of " + path, () -> {
            answers.add(app.api("GET", path, null));
            return last(answers).statusCode() == 200;
        });
        return FakeServer.parse(last(answers).body());
    }

    private static <T> T last(List<T> all) {
        return all.get(all.size() - 1);
    }

    private static int lines(String part) {
        return (int)
                app.log.lines().stream().filter(line -> line.contains(part)).count();
    }

    /** Sends a callback after the other. */
    private static final class Sender {
        private final List<Integer> statuses = new CopyOnWriteArrayList<>();
        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

        void start() {
            timer.scheduleWithFixedDelay(() -> statuses.add(callback().statusCode()), 0, 20, TimeUnit.MILLISECONDS);
        }

        Set<Integer> statuses() {
            return Set.copyOf(statuses);
        }

        void awaitMore(int more) {
            int before = statuses.size();
            app.await("more answers", () -> statuses.size() >= before + more);
        }

        void finish() {
            timer.shutdownNow();
        }
    }
}
