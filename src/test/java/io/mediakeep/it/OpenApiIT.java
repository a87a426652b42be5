package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.mediakeep.RouteFiles;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The description of the API: it names what the routes answer, and what they answer is as it says. */
class OpenApiIT {
    private static final Pattern ROUTE =
            Pattern.compile("path: \"?(/(?:api|callbacks)/[^\\s\"]+)\"?\\s+httpMethodRestrict: \"?([A-Z]+)");
    private static final OffsetClock CLOCK = new OffsetClock();

    private static FakeVidu vidu;
    private static FakeSuno suno;
    private static FakeOrigin origin;
    private static RunningMediakeep app;
    private static JsonNode described;

    /** Something of everything: stored, dead, waiting, open. */
    @BeforeAll
    static void start() {
        vidu = new FakeVidu("vidu-key");
        suno = new FakeSuno("suno-key");
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key")
                .set("mediakeep.vidu.unit-price", "0.5")
                .set("mediakeep.currency", "USD")
                .provider("suno", suno, "suno-token-0123456789")
                .set("mediakeep.suno.api-key", "suno-key")
                .start();
        finished("stored", origin.put("stored.mp4", Media.mp4(1, 4096)));
        finished("dead", "ftp://127.0.0.1/dead.mp4");
        finished("waits", origin.put("waits.mp4", new byte[0], FakeOrigin.Fault.MISSING_404, -1));
        vidu.put(
                "open",
                map(
                        "id",
                        "open",
                        "state",
                        "processing",
                        "created_at",
                        CLOCK.instant().toString()),
                null);
        app.awaitStored("vidu", "stored", 1);
        app.awaitTask("vidu", "dead", task -> RunningMediakeep.states(task, "dead") == 1);
        app.awaitStatus("vidu", "open", "processing");
        app.awaitTask("vidu", "waits", task -> task.path("media").size() == 1);
        described = app.get("/api/openapi.json");
    }

    @AfterAll
    static void stop() {
        app.close();
        vidu.close();
        suno.close();
        origin.close();
    }

    @Test
    void namesWhatTheRoutesAnswerAndNothingElse() throws IOException {
        Set<String> routes = new TreeSet<>();
        for (Path file : RouteFiles.all()) {
            Matcher route = ROUTE.matcher(Files.readString(file));
            while (route.find()) {
                routes.add(route.group(2) + " " + route.group(1));
            }
        }
        Set<String> named = new TreeSet<>();
        described
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> named.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(named).isEqualTo(routes);
    }

    @Test
    void everyOperationHasANameOfItsOwnAndRefersToWhatIsThere() {
        List<String> names = described.findValuesAsText("operationId");
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(15);
        for (JsonNode reference : described.findValues("$ref")) {
            assertThat(described.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse();
        }
        described.path("paths").properties().forEach(path -> {
            Matcher variables = Pattern.compile("\\{(\\w+)}").matcher(path.getKey());
            List<String> expected = new ArrayList<>();
            while (variables.find()) {
                expected.add(variables.group(1));
            }
            for (JsonNode operation : path.getValue()) {
                List<String> given = new ArrayList<>();
                operation.path("parameters").forEach(parameter -> {
                    if (parameter.path("in").asText().equals("path")) {
                        given.add(parameter.path("name").asText());
                    }
                });
                assertThat(given).as(path.getKey()).containsExactlyInAnyOrderElementsOf(expected);
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET  | /api/summary                        | /api/summary                   | 200 |
            GET  | /api/tasks                          | /api/tasks                     | 200 |
            GET  | /api/tasks?with=outputs             | /api/tasks                     | 200 |
            GET  | /api/tasks?find=stored              | /api/tasks                     | 200 |
            GET  | /api/tasks?status=none              | /api/tasks                     | 400 |
            GET  | /api/tasks/vidu/stored              | /api/tasks/{provider}/{taskId} | 200 |
            GET  | /api/tasks/vidu/dead                | /api/tasks/{provider}/{taskId} | 200 |
            GET  | /api/tasks/vidu/none                | /api/tasks/{provider}/{taskId} | 404 |
            POST | /api/tasks/suno                     | /api/tasks/{provider}          | 202 | {"taskId":"x"}
            POST | /api/tasks/suno                     | /api/tasks/{provider}          | 400 | {"taskId":7.5}
            POST | /api/tasks/none                     | /api/tasks/{provider}          | 404 | {"taskId":"x"}
            GET  | /api/media                          | /api/media                     | 200 |
            GET  | /api/media?state=stored             | /api/media                     | 200 |
            GET  | /api/at-risk                        | /api/at-risk                   | 200 |
            GET  | /api/dead-letters                   | /api/dead-letters              | 200 |
            POST | /api/dead-letters/999/replay        | /api/dead-letters/{id}/replay  | 404 |
            POST | /api/dead-letters/replay?reason=dns | /api/dead-letters/replay       | 202 |
            POST | /api/dead-letters/replay?reason=    | /api/dead-letters/replay       | 400 |
            POST | /api/backfill/vidu                  | /api/backfill/{provider}       | 202 |
            GET  | /api/backfill/vidu                  | /api/backfill/{provider}       | 200 |
            GET  | /api/backfill/suno                  | /api/backfill/{provider}       | 409 |
            GET  | /api/hosts/vidu                     | /api/hosts/{provider}          | 200 |
            POST | /api/hosts/vidu                     | /api/hosts/{provider}          | 200 | {"host":"cdn.example.com"}
            POST | /api/hosts/vidu                     | /api/hosts/{provider}          | 400 | {"host":"*"}
            POST | /api/normalize/vidu                 | /api/normalize/{provider}      | 200 | {"id":"t","state":"processing"}
            POST | /api/normalize/vidu                 | /api/normalize/{provider}      | 422 | {"state":"processing"}
            GET  | /api/usage                          | /api/usage                     | 200 |
            GET  | /api/usage?since=soon               | /api/usage                     | 400 |
            GET  | /api/object?provider=vidu&task=dead&media=video-c | /api/object    | 404 |
            """)
    void answersAsItSays(String method, String path, String name, int status, String body) {
        HttpResponse<String> answer = app.api(method, path, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonNode content = described
                .path("paths")
                .path(name)
                .path(method.toLowerCase(Locale.ROOT))
                .path("responses")
                .path(Integer.toString(status))
                .path("content");
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        assertThat(content.has(type)).as(type + " of " + content).isTrue();
        assertThat(problems(content.path(type).path("schema"), FakeServer.parse(answer.body())))
                .isEmpty();
    }

    @Test
    void aTaskWithoutTokenIsAProblemToo() {
        HttpResponse<String> answer = app.send(
                java.net.http.HttpRequest.newBuilder(app.uri("/api/tasks")).GET());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(problems(described.at("/components/schemas/Problem"), FakeServer.parse(answer.body())))
                .isEmpty();
    }

    private static List<String> problems(JsonNode schema, JsonNode answer) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", described.path("components"));
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(whole).validate(answer).stream()
                .map(Object::toString)
                .toList();
    }

    private static void finished(String id, String url) {
        vidu.put(
                id,
                map(
                        "id",
                        id,
                        "state",
                        "success",
                        "created_at",
                        CLOCK.instant().toString(),
                        "credits",
                        4,
                        "creations",
                        List.of(map("id", "c", "url", url))),
                null);
    }
}
