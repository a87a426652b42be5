package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stored media through the API, as a browser asks for them. */
class ObjectIT {
    private static final String TOKEN = "kling-token-0123456789";
    private static final byte[] VIDEO = Media.mp4(7, 5_000_000);
    private static final byte[] LARGE = Media.mp4(8, 17 << 20);

    private static final OffsetClock CLOCK = new OffsetClock();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static FakeOrigin origin;
    private static RunningMediakeep app;

    @BeforeAll
    static void start() {
        origin = new FakeOrigin();
        app = new RunningMediakeep(CLOCK)
                .set("mediakeep.kling.enabled", "true")
                .set("mediakeep.kling.callback-token", TOKEN)
                .set("mediakeep.kling.confirm", "never")
                .set("mediakeep.kling.media-hosts", "*")
                .start();
        tell("v", VIDEO);
        tell("large", LARGE);
    }

    @AfterAll
    static void stop() {
        app.close();
        origin.close();
    }

    @Test
    void theWholeComesWithWhatABrowserNeedsToTrustIt() throws Exception {
        HttpResponse<byte[]> answer = get(link("v"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(VIDEO);
        assertThat(header(answer, "content-type")).isEqualTo("video/mp4");
        assertThat(header(answer, "accept-ranges")).isEqualTo("bytes");
        assertThat(header(answer, "x-content-type-options")).isEqualTo("nosniff");
        assertThat(header(answer, "content-security-policy")).startsWith("default-src 'none'; ");
        assertThat(header(answer, "cache-control")).isEqualTo("private, max-age=900");
        assertThat(header(answer, "cross-origin-resource-policy")).isEqualTo("same-origin");
        assertThat(header(answer, "content-disposition")).matches("inline; filename=\"[\\w.-]+\\.mp4\"");
        assertThat(header(get(link("v") + "&download=1"), "content-disposition"))
                .startsWith("attachment; ");
        assertThat(get(link("v"), "If-None-Match", header(answer, "etag")).statusCode())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-, 0, 2097152",
        "bytes=4000000-, 4000000, 1000000",
        "bytes=10-19, 10, 10",
        "bytes=-5, 4999995, 5"
    })
    void aRangeIsGivenAndALongOneItsBeginning(String range, int from, int length) throws Exception {
        HttpResponse<byte[]> answer = get(link("v"), "Range", range);

        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(header(answer, "content-range"))
                .isEqualTo("bytes " + from + "-" + (from + length - 1) + "/" + VIDEO.length);
        assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(VIDEO, from, from + length));
    }

    @Test
    void partsOfAnotherObjectAreNotMixedIn() throws Exception {
        assertThat(get(link("v"), "Range", "bytes=1-2", "If-Range", "\"other\"").statusCode())
                .isEqualTo(200);
        assertThat(get(link("v"), "Range", "bytes=5000000-").statusCode()).isEqualTo(416);
    }

    @Test
    void aLargeObjectIsGivenInPartsAlone() throws Exception {
        HttpResponse<byte[]> whole = get(link("large"));
        assertThat(whole.statusCode()).isEqualTo(400);
        assertThat(new String(whole.body(), StandardCharsets.UTF_8)).contains("ask for ranges");

        byte[] end = get(link("large"), "Range", "bytes=17000000-").body();
        assertThat(end).isEqualTo(Arrays.copyOfRange(LARGE, 17_000_000, LARGE.length));
    }

    @Test
    void nobodyGetsAnythingWithoutTokenOrAGoodLink() throws Exception {
        String link = link("v");
        String bare = link.replaceFirst("&until=.*", "");
        assertThat(get(bare).statusCode()).isEqualTo(401);
        assertThat(get(bare, "Authorization", "Bearer " + RunningMediakeep.API_TOKEN)
                        .statusCode())
                .isEqualTo(200);
        assertThat(get(link.replace("task=v", "task=large"), "Range", "bytes=0-0")
                        .statusCode())
                .isEqualTo(401);
        assertThat(get(bare.replace("task=v", "task=other"), "Authorization", "Bearer " + RunningMediakeep.API_TOKEN)
                        .statusCode())
                .isEqualTo(404);
        CLOCK.advance(Duration.ofMinutes(31));
        assertThat(get(link).statusCode()).isEqualTo(401);
        assertThat(get(link("v")).statusCode()).isEqualTo(200);
    }

    @Test
    void aPageOfTasksCarriesTheirOutputsWhereItIsAskedTo() {
        JsonNode task = app.get("/api/tasks?status=succeeded&with=outputs")
                .path("items")
                .get(0);
        assertThat(task.path("outputs")).hasSize(1);
        assertThat(task.at("/outputs/0/link").asText()).startsWith("/api/object?provider=kling&task=");
        assertThat(task.at("/media/stored").asInt()).isEqualTo(1);
        assertThat(app.get("/api/tasks").path("items").get(0).has("outputs")).isFalse();
        assertThat(app.api("GET", "/api/tasks?with=everything", null).statusCode())
                .isEqualTo(400);
    }

    @Test
    void anObjectThatIsGoneIsNotFound() throws Exception {
        tell("gone", Media.png(9));
        app.s3()
                .deleteObject(r -> r.bucket("media")
                        .key(app.task("kling", "gone").at("/media/0/objectKey").asText()));

        assertThat(get(link("gone")).statusCode()).isEqualTo(404);
    }

    private static void tell(String id, byte[] bytes) {
        String body = """
                {"id": "%s", "status": "succeeded", "outputs": [{"type": "video", "id": "o", "url": "%s"}]}
                """.formatted(id, origin.put(id, bytes));
        app.callback("/callbacks/kling/" + TOKEN, body.getBytes(StandardCharsets.UTF_8), Map.of());
        app.awaitStored("kling", id, 1);
    }

    private static String link(String task) {
        return app.task("kling", task).at("/media/0/link").asText();
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(app.uri(path)).timeout(RunningMediakeep.PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
