package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The steps of docs/extend.md, word for word, all of them at once; and a step that breaks. */
class ExtendIT {
    private static final OffsetClock CLOCK = new OffsetClock();
    private static final Pattern STEPS = Pattern.compile("After `([a-z-]+)`:\n\n```yaml\n(.*?)```", Pattern.DOTALL);
    private static final String THUMBNAIL = """
            - route:
                id: thumbnail
                from:
                  uri: direct
                  parameters:
                    name: thumbnail
                  steps:
                    - setBody:
                        simple: "${body.objectKey}"
                    - to:
                        uri: "{{scanner.url}}thumbnail"
                    - throwException:
                        exceptionType: java.lang.IllegalStateException
                        message: no thumbnail
            """;
    private static final String BREAKING = """
            - filter:
                id: break-now-and-then
                expression:
                  simple: "${body.taskId} == 'breaks' && ${body.attempts} == 1"
                steps:
                  - throwException:
                      exceptionType: java.lang.IllegalStateException
                      message: broken
            - filter:
                id: leave-now-and-then
                expression:
                  simple: "${body.taskId} == 'leaves' && ${body.attempts} == 1"
                steps:
                  - stop: {}
            """;

    private static FakeVidu vidu;
    private static FakeOrigin origin;
    private static Scanner scanner;
    private static RunningMediakeep app;

    /** Finds something in objects of the task infected. */
    private static final class Scanner extends FakeServer {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        @Override
        Answer answer(Call call) {
            asked.add(call.path() + " " + call.body());
            return new Answer(200, "text/plain", Map.of(), call.body().contains("infected") ? "1 FOUND" : "OK");
        }
    }

    @BeforeAll
    static void start() throws Exception {
        vidu = new FakeVidu("vidu-key");
        origin = new FakeOrigin();
        scanner = new Scanner();
        app = new RunningMediakeep(CLOCK)
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key")
                .set("mediakeep.vidu.poll-interval", "300ms")
                .set("scanner.url", scanner.url() + "/");
        Path thumbnail = app.directory().resolve("thumbnail.camel.yaml");
        Files.writeString(thumbnail, THUMBNAIL);
        EditedRoutes routes = new EditedRoutes(thumbnail);
        Matcher steps = STEPS.matcher(Files.readString(Path.of("docs/extend.md")));
        int found = 0;
        while (steps.find()) {
            routes.after(steps.group(1), steps.group(2));
            found++;
        }
        assertThat(found).isEqualTo(5);
        routes.after("store-object", BREAKING).into(app);
        app.start();
    }

    @AfterAll
    static void stop() {
        app.close();
        vidu.close();
        origin.close();
        scanner.close();
    }

    @Test
    void namesObjectsByKindAndMakesAThumbnail() {
        finished("named", origin.put("named.mp4", Media.mp4(1, 4096)));

        JsonNode task = app.awaitStored("vidu", "named", 1);

        assertThat(RunningMediakeep.media(task, "video-c").path("objectKey").asText())
                .isEqualTo("video/vidu/named/video-c");
        assertThat(app.object("video/vidu/named/video-c")).isEqualTo(Media.mp4(1, 4096));
        app.await("the thumbnail", () -> scanner.asked.contains("/thumbnail video/vidu/named/video-c"));
        assertThat(scanner.asked).contains("/ video/vidu/named/video-c");
        assertThat(app.awaitStored("vidu", "named", 1).toString()).contains("\"attempts\":1");
    }

    @Test
    void refusesAnAnimation() {
        finished("animated", origin.put("animated.gif", gif()));

        assertThat(refused("animated")).contains("animations are not kept");
        assertThat(app.keys("image/")).isEmpty();
        assertThat(scanner.asked).noneMatch(key -> key.contains("animated"));
    }

    @Test
    void removesWhatTheScannerFinds() {
        finished("infected", origin.put("infected.mp4", Media.mp4(2, 4096)));

        assertThat(refused("infected")).contains("the scanner found something");
        assertThat(app.keys("video/vidu/infected/")).isEmpty();
        assertThat(scanner.asked).contains("/ video/vidu/infected/video-c");
    }

    @Test
    void aStepThatBreaksOrLeavesTheRouteCostsAnAttemptAndNoMore() {
        finished("breaks", origin.put("breaks.mp4", Media.mp4(3, 4096)));
        finished("leaves", origin.put("leaves.mp4", Media.mp4(4, 4096)));
        app.await("both failed", () -> waits("breaks") && waits("leaves"));
        assertThat(app.log.lines()).anyMatch(line -> line.contains("ended before the step record"));

        CLOCK.advance(Duration.ofMinutes(1));
        app.awaitStored("vidu", "breaks", 1);
        app.awaitStored("vidu", "leaves", 1);

        assertThat(app.object("video/vidu/breaks/video-c")).isEqualTo(Media.mp4(3, 4096));
        assertThat(app.object("video/vidu/leaves/video-c")).isEqualTo(Media.mp4(4, 4096));
        assertThat(app.s3().listMultipartUploads(b -> b.bucket("media")).uploads())
                .isEmpty();
    }

    private static boolean waits(String task) {
        JsonNode found = app.task("vidu", task);
        return found.path("media").size() == 1
                && RunningMediakeep.media(found, "video-c")
                        .path("reason")
                        .asText()
                        .equals("internal");
    }

    private static String refused(String task) {
        app.await("the letter of " + task, () -> letter(task) != null);
        return letter(task).path("detail").asText();
    }

    private static JsonNode letter(String task) {
        return app.deadLetters("refused").stream()
                .filter(letter -> letter.path("taskId").asText().equals(task))
                .findFirst()
                .orElse(null);
    }

    private static byte[] gif() {
        return HexFormat.of()
                .parseHex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b");
    }

    private static void finished(String id, String url) {
        Map<String, Object> task = map(
                "id",
                id,
                "state",
                "success",
                "created_at",
                CLOCK.instant().toString(),
                "creations",
                List.of(map("id", "c", "url", url)));
        vidu.put(id, task, task);
    }
}
