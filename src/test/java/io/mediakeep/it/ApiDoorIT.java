package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.RouteFiles;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** API and console where no token is set: one is made, and asked for, whoever asks from wherever. */
class ApiDoorIT {
    private static final Pattern REQUEST =
            Pattern.compile("path: \"?(/api/[^\\s\"]+)\"?\\s+httpMethodRestrict: \"?([A-Z]+)");

    private static FakeVidu vidu;
    private static RunningMediakeep app;
    private static Path file;

    @BeforeAll
    static void start() {
        vidu = new FakeVidu("vidu-key");
        app = new RunningMediakeep(new OffsetClock())
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key");
        file = app.directory().resolve("api-token");
        app.set("mediakeep.api.token", "").set("mediakeep.api.token-file", file.toString());
        app.start();
    }

    @AfterAll
    static void stop() {
        app.close();
        vidu.close();
    }

    /** Every one that a shipped route answers. */
    static List<Arguments> requests() throws IOException {
        List<Arguments> requests = new ArrayList<>();
        for (Path file : RouteFiles.all()) {
            Matcher route = REQUEST.matcher(Files.readString(file));
            while (route.find()) {
                String path = route.group(1).replace("{provider}", "vidu").replaceAll("\\{[a-zA-Z]+}", "1");
                requests.add(Arguments.of(route.group(2), path));
            }
        }
        assertThat(requests).hasSizeGreaterThan(14);
        return requests;
    }

    /** A proxy with its defaults connects from this machine, names it as host, and says nothing of the caller. */
    @ParameterizedTest
    @MethodSource("requests")
    void asksForTheTokenAlsoOnThisMachine(String method, String path) throws IOException {
        for (Map<String, String> headers : List.of(
                Map.<String, String>of(),
                Map.of("X-Forwarded-For", "127.0.0.1", "X-Real-IP", "127.0.0.1"),
                Map.of("Origin", "http://localhost:" + app.port()),
                Map.of("Authorization", "Bearer "),
                Map.of("Authorization", "Bearer api-token-0123456789"),
                Map.of("Cookie", "token=" + token()))) {
            HttpResponse<String> answer = ask(method, path, headers);
            assertThat(answer.statusCode()).as(headers.toString()).isEqualTo(401);
            assertThat(answer.body()).doesNotContain(token());
        }
        assertThat(ask(method, path + "?token=" + token(), Map.of()).statusCode())
                .isEqualTo(401);
        assertThat(ask(method, path, Map.of("Authorization", "Bearer " + token()))
                        .statusCode())
                .isNotEqualTo(401);
    }

    @Test
    void showsThePageOfTheConsoleWithNothingInIt() throws IOException {
        for (String path : List.of("/", "/console.js", "/console.css", "/console/api.js")) {
            HttpResponse<String> answer = ask("GET", path, Map.of());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
            assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
                    .startsWith("default-src 'self'; ")
                    .doesNotContain("unsafe");
            assertThat(answer.body()).doesNotContain(token());
        }
        assertThat(ask("GET", "/", Map.of()).body()).contains("data/api-token");
    }

    @ParameterizedTest
    @CsvSource({
        "/console/none.js",
        "/console/..%2fconsole.css",
        "/console/api.js%2f..",
        "/console/API.JS",
        "/console/a.html"
    })
    void theConsoleHasNoOtherParts(String path) throws IOException {
        HttpResponse<String> answer = ask("GET", path, Map.of());
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("\"status\":404");
    }

    @Test
    void keepsTheTokenForTheNextStartAndOutOfTheLog() throws IOException {
        String token = token();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        app.stop();
        app.start();

        assertThat(token()).isEqualTo(token).hasSize(43);
        String ready = "Ready: console http://127.0.0.1:" + app.port() + "/, token in " + file;
        app.await(
                "both starts have told of it",
                () -> app.log.lines().stream()
                                .filter(line -> line.contains(ready))
                                .count()
                        == 2);
        assertThat(app.log.lines()).noneMatch(line -> line.contains(token));
    }

    private static String token() throws IOException {
        return Files.readString(file).strip();
    }

    private static HttpResponse<String> ask(String method, String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(app.uri(path))
                .method(
                        method,
                        method.equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString("{}"))
                .header("Content-Type", "application/json");
        headers.forEach(request::header);
        return app.send(request);
    }
}
