package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Camel's advisories of October 2026 in the components that are used here, on a version that is not mended: with the routes
 * as shipped the attack does nothing, and with the protecting step taken out it works, so each test can fail.
 */
class AdvisoryIT {
    private static final String KEY = "vda_key_0123456789";
    private static final String TOKEN = "vidu-token-0123456789";
    private static final String DOOR = "/callbacks/vidu/" + TOKEN;
    private static final String PLACEHOLDER = "{{mediakeep.vidu.api-key}}";
    private static final Path EXAMPLE = Path.of("docs/examples/copy-in-yaml.camel.yaml");

    private final OffsetClock clock = new OffsetClock();
    private final FakeVidu vidu = new FakeVidu(KEY);
    private final FakeOrigin origin = new FakeOrigin();
    private final RunningMediakeep app =
            new RunningMediakeep(clock).provider("vidu", vidu, TOKEN).set("mediakeep.vidu.api-key", KEY);

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
        origin.close();
    }

    private void start(EditedRoutes routes) {
        routes.into(app);
        app.start();
    }

    @ParameterizedTest(name = "protected: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("CVE-2026-85254: an answer that repeats the headers of its request")
    void repeatsNoHeaderOfARequest(boolean shipped) throws Exception {
        EditedRoutes routes = new EditedRoutes();
        start(shipped ? routes : routes.without("drop-foreign-headers").without("drop-api-headers"));
        byte[] body = "{\"id\":\"echo\",\"state\":\"created\"}".getBytes(StandardCharsets.UTF_8);
        StringBuilder signed = new StringBuilder();
        FakeVidu.sign(KEY, DOOR, "", "n", clock)
                .forEach((name, value) ->
                        signed.append(name).append(": ").append(value).append("\r\n"));

        String callback = exchange("POST " + DOOR + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + signed
                + "authorization: canary\r\ncookie: canary\r\nkafka.OVERRIDE_TOPIC: canary\r\n"
                + "content-type: application/json\r\ncontent-length: " + body.length + "\r\n\r\n"
                + new String(body, StandardCharsets.UTF_8));
        String api = exchange("GET /api/tasks?provider=vidu HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                + "authorization: Bearer " + RunningMediakeep.API_TOKEN + "\r\n\r\n");

        assertThat(callback).startsWith("HTTP/1.1 200 ");
        assertThat(api).startsWith("HTTP/1.1 200 ");
        assertThat(callback.contains("canary")).isEqualTo(!shipped);
        assertThat(api.contains(RunningMediakeep.API_TOKEN)).isEqualTo(!shipped);
    }

    @ParameterizedTest(name = "protected: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("CVE-2026-95664: an object key that is evaluated")
    void evaluatesNoTaskIdInAnObjectKey(boolean shipped) {
        EditedRoutes routes = new EditedRoutes();
        start(
                shipped
                        ? routes
                        : routes.replace(
                                "manifest.camel.yaml",
                                "              method:\n                ref: manifests\n                method: \"key(${variable.work})\"\n",
                                "              simple:\n                expression: \"vidu/${variable.work.taskId()}/task.json\"\n"));
        String id = "a${camelId}b";
        vidu.put(id, task(id, "failed"), task(id, "failed"));

        app.await("a manifest", () -> app.keys("vidu/").size() == 1);

        assertThat(app.keys("vidu/"))
                .containsExactly(shipped ? "vidu/a=24=7BcamelId=7Db/task.json" : "vidu/amediakeepb/task.json");
    }

    @ParameterizedTest(name = "protected: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("CVE-2026-78164: a placeholder in a URL that is resolved")
    void resolvesNoPlaceholderInAUrl(boolean shipped) throws Exception {
        EditedRoutes routes = new EditedRoutes(EXAMPLE);
        start(shipped ? routes : routes.without("only-plain-text"));
        String url = "http://127.0.0.1:" + origin.port() + "/" + PLACEHOLDER;
        Map<String, String> copy = Map.of("url", url, "key", "a/b.mp4");

        assertThatThrownBy(() -> app.main().getCamelTemplate().sendBody("direct:copy-in-yaml", copy));

        assertThat(origin.gets(KEY)).hasSize(shipped ? 0 : 1);
    }

    /** The provider is asked for an id that could be a placeholder, an expression or a path, and sees just that id. */
    @Test
    void asksForATaskIdToTheLetter() {
        app.start();
        for (String id : List.of(PLACEHOLDER, "${env:HOME}", "../../x?y=z&a#b", "{{env:HOME}}", "%2e%2e%2f1")) {
            app.api("POST", "/api/tasks/vidu", FakeServer.write(map("taskId", id)));
            String path = "/ent/v2/tasks/" + id + "/creations";
            app.await("the task is asked for", () -> !vidu.calls(path).isEmpty());
        }
        assertThat(vidu.calls())
                .allSatisfy(
                        call -> assertThat(call.path() + "?" + call.rawQuery()).doesNotContain(KEY));
    }

    @ParameterizedTest(name = "protected: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("CVE-2026-85251: credentials for whoever is redirected to")
    void followsNoRedirectOfAnApi(boolean shipped) throws Exception {
        EditedRoutes routes = new EditedRoutes();
        start(
                shipped
                        ? routes
                        : routes.replace(
                                "provider.camel.yaml",
                                "                throwExceptionOnFailure: false\n",
                                "                throwExceptionOnFailure: false\n                followRedirects: true\n"));
        // On the provider's own host, because the HTTP client itself sends no credentials to another one.
        FakeServer.Answer elsewhere =
                new FakeServer.Answer(302, "text/plain", Map.of("Location", vidu.url() + "/elsewhere"), "");
        try (AutoCloseable fault = vidu.fault(call -> call.path().equals("/ent/v2/tasks"), elsewhere)) {
            app.await(
                    "the poll rests",
                    () -> app.get("/api/summary")
                                    .at("/providers/vidu/polls/0/failures")
                                    .asInt()
                            > 0);
            assertThat(vidu.calls("/elsewhere").isEmpty()).isEqualTo(shipped);
        }
    }

    /** Camel Main has no setting that would switch CORS on, so there is no step to take out. */
    @Test
    @DisplayName("CVE-2026-84176: any site as an allowed origin")
    void grantsNothingToAnotherSite() throws Exception {
        app.start();
        List<String> answers = List.of(
                exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: https://evil.example\r\n\r\n"),
                exchange("OPTIONS /api/summary HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                        + "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n\r\n"));
        assertThat(answers)
                .allSatisfy(answer ->
                        assertThat(answer).startsWith("HTTP/1.1 ").doesNotContainIgnoringCase("access-control-"));
    }

    // ---- helpers

    private Map<String, Object> task(String id, String state) {
        return map(
                "id",
                id,
                "state",
                state,
                "err_code",
                "x",
                "created_at",
                clock.instant().minusSeconds(60).toString());
    }

    private String exchange(String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), app.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
