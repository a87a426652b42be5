package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The console in Chromium, before a ledger with a little of everything; skipped where there is no Chromium. */
class ConsoleIT {
    private static final String TOKEN = "kling-token-0123456789";
    private static final String HOSTILE = "<img/src=x/onerror=alert(1)>\"'&amp;";
    private static final int MANY = 30;

    private static FakeOrigin origin;
    private static RunningMediakeep app;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Browser.isInstalled(), "chromium and chromedriver are not installed");
        origin = new FakeOrigin();
        app = new RunningMediakeep(new OffsetClock())
                .set("mediakeep.kling.enabled", "true")
                .set("mediakeep.kling.callback-token", TOKEN)
                .set("mediakeep.kling.confirm", "never")
                .set("mediakeep.kling.media-hosts", "*")
                .start();
        for (int i = 0; i < MANY; i++) {
            tell(Map.of("id", "task-" + i, "status", "processing"));
        }
        tell(Map.of(
                "id",
                "shown",
                "status",
                "succeeded",
                "outputs",
                List.of(
                        output("image", origin.put("still", shipped("still.png"))),
                        output("video", origin.put("dusk", shipped("dusk.mp4"))),
                        Map.of(
                                "type",
                                "audio",
                                "id",
                                "melody",
                                "mp3_url",
                                origin.put("melody", shipped("melody.mp3"))))));
        tell(Map.of("id", HOSTILE, "status", "failed", "message", "<script>alert(2)</script>"));
        app.execute("INSERT INTO dead_letter (kind, provider, letter_key, task_id, reason, detail, created_at)"
                + " VALUES ('task', 'kling', 'h', '<b>task</b>', 'mapping', '<script>alert(3)</script>', 1)");
        app.awaitStored("kling", "shown", 3);
        app.awaitStatus("kling", "task-" + (MANY - 1), "processing");
        app.await(
                "all are read",
                () -> app.get("/api/summary").path("callbacksWaiting").asInt() == 0);
        browser = new Browser();
    }

    @AfterAll
    static void stop() {
        if (app != null) {
            browser.close();
            app.close();
            origin.close();
        }
    }

    /** No test may leave the browser with a cause for complaint. */
    @AfterEach
    void nothingWasRefused() {
        List<String> complaints = browser.complaints();
        browser.leave();
        assertThat(complaints).isEmpty();
    }

    @Test
    void asksForTheTokenAndKeepsItInThisTab() {
        open("");
        browser.await("#health h1", "dead letter");
        browser.click("[data-action=forget]");
        browser.await("#token-form h1", "API token");
        assertThat(browser.barriers()).isEmpty();

        browser.type("#token", RunningMediakeep.API_TOKEN);
        browser.await("#health h1", "dead letter");
        browser.awaitNone("#token-form");
        assertThat(browser.address()).doesNotContain(RunningMediakeep.API_TOKEN);

        browser.open(app.uri("/").toString());
        browser.await("#health h1", "dead letter");
        browser.click("[data-action=forget]");
        browser.await("#token-form h1", "API token");
        assertThat(browser.run("return sessionStorage.length")).isEqualTo(0L);
    }

    @Test
    void takesTheTokenOfALinkOutOfTheAddress() {
        open("");
        browser.await("#health h1", "dead letter");
        assertThat(browser.address()).doesNotContain(RunningMediakeep.API_TOKEN);
    }

    @Test
    void showsWhatComesFromOutsideAsText() {
        open("#tasks?status=failed");
        browser.await("table.tasks", HOSTILE);
        browser.await("table.tasks", "<script>alert(2)</script>");
        assertThat(browser.run("return document.querySelectorAll('main img[src=x], main b b, main script').length"))
                .isEqualTo(0L);
        browser.run("[...document.querySelectorAll('a.id')].find(a => a.title.startsWith('<img')).click()");
        browser.await("#task h2", HOSTILE);
        browser.await("#task", "<script>alert(2)</script>");

        open("#dead-letters");
        browser.await("table.dead-letters", "<b>task</b>");
        browser.await("table.dead-letters", "<script>alert(3)</script>");
    }

    @Test
    void turnsPagesThereAndBack() {
        open("#tasks?provider=kling&status=processing");
        browser.await("table.tasks", "task-" + (MANY - 1));
        List<String> first = browser.texts("table.tasks tbody tr .what .id");
        browser.click("[data-action=older]");
        browser.await(".pager", "Page 2");
        browser.await("table.tasks", "task-0");
        List<String> second = browser.texts("table.tasks tbody tr .what .id");
        assertThat(first).hasSize(25).doesNotContainAnyElementsOf(second);
        assertThat(second).hasSize(MANY - 25);

        browser.click("[data-action=newer]");
        browser.await(".pager", "Page 1");
        browser.await("table.tasks", "task-" + (MANY - 1));
        assertThat(browser.texts("table.tasks tbody tr .what .id")).isEqualTo(first);
    }

    @Test
    void showsWhatWasBroughtHomeAndPlaysIt() {
        open("#results");
        browser.await(".gallery", "image-o");
        app.await("the picture", () -> loaded(".gallery img", "element.complete && element.naturalWidth === 384"));
        app.await("the first frame", () -> loaded(".gallery video", "element.readyState >= 2 && element.videoWidth"));
        browser.shot("results");

        browser.click(".gallery a[href*='shown']");
        browser.await("#task h2", "shown");
        assertThat(browser.texts("#task a.button")).containsExactly("Download", "Download", "Download");
        for (String element : List.of("#task video", "#task audio")) {
            browser.run("const e = document.querySelector(arguments[0]); e.muted = true; e.play()", element);
            app.await(element + " plays", () -> loaded(element, "element.currentTime > 0.2"));
        }
        assertThat(browser.texts("#task .lanes b")).containsExactly("Callback", "Finished", "Named", "Stored", "Poll");
        browser.shot("results-task");
    }

    @Test
    void showsHowFarACopyHasCome() {
        long now = System.currentTimeMillis();
        app.execute("INSERT INTO media (provider, task_id, media_key, kind, url, expires_at, state, due_at, added_at,"
                + " attempts, lease_until, node, upload_id, upload_length, object_key) VALUES ('kling', 'shown', 'big', 'video',"
                + " 'https://cdn.example/v', " + (now + 1_800_000) + ", 'copying', 0, " + now + ", 1, "
                + (now + 600_000)
                + ", 'n', 'u', 104857600, 'k')");
        app.execute("INSERT INTO media_part (provider, task_id, media_key, number, upload_id, size, etag, crc32c)"
                + " VALUES ('kling', 'shown', 'big', 1, 'u', 8388608, 'e', 1)");
        open("#media?state=copying");
        browser.await("#risk", "29 min");
        browser.await("#risk .flight", "8.0 MiB of 100 MiB");
        browser.await("#content .flight", "8.0 MiB of 100 MiB");
        assertThat(browser.barriers()).isEmpty();

        app.execute("INSERT INTO media_part (provider, task_id, media_key, number, upload_id, size, etag, crc32c)"
                + " VALUES ('kling', 'shown', 'big', 2, 'u', 8388608, 'e', 1)");
        browser.await("#content .flight", "16.0 MiB of 100 MiB, ");
        browser.await("#content .flight", "iB/s");
        browser.shot("flight");
        app.execute("DELETE FROM media_part WHERE media_key = 'big'");
        app.execute("DELETE FROM media WHERE media_key = 'big'");
    }

    @Test
    void explainsADeadLetterInTheWordsOfTheManual() {
        open("#dead-letters");
        browser.await(".reasons", "the mapping threw; the detail has its message. To do: Mend the mapping, replay.");
        browser.click(".reasons a");
        browser.await(".reasons .chosen", "mapping");
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void isUsedByKeysAlone() {
        open("#tasks?status=processing");
        browser.await("table.tasks", "task-9");
        List<String> rows = browser.texts("table.tasks tbody .what .id");
        browser.press("j");
        browser.press("j");
        browser.press("j");
        browser.press("k");
        browser.press(Keys.ENTER);
        browser.await("#task h2", rows.get(1));
        browser.press(Keys.ESCAPE);
        browser.awaitNone("#task");

        browser.press("?");
        browser.await("#keys", "find a task");
        assertThat(browser.barriers()).isEmpty();
        browser.press(Keys.ESCAPE);
        browser.awaitNone("#keys");

        browser.click("[data-action=keys]");
        browser.click("#keys-on");
        browser.press(Keys.ESCAPE);
        browser.awaitNone("#keys");
        browser.press("/");
        assertThat(browser.run("return document.activeElement.id")).isNotEqualTo("find");
        browser.click("[data-action=keys]");
        browser.click("#keys-on");
        browser.press(Keys.ESCAPE);
        browser.awaitNone("#keys");

        browser.press("/");
        browser.press("SHOW" + Keys.ENTER);
        browser.await("#content .controls", "Tasks with SHOW");
        browser.await("table.tasks", "shown");
        assertThat(browser.texts("table.tasks tbody .what .id")).containsExactly("shown");
    }

    @Test
    void triesAMappingAndSaysWhatIsWrong() {
        open("#tasks");
        browser.await("#providers", "Try a mapping");
        browser.click("[data-action=mapping]");
        browser.await("#mapping h2", "Try the mapping of kling");
        browser.run(
                "document.getElementById('payload').value = arguments[0]",
                "{\"id\":\"tried\",\"status\":\"succeeded\",\"outputs\":[]}");
        browser.click("#mapping .primary");
        browser.await("#mapping pre", "\"taskId\": \"tried\"");
        assertThat(browser.barriers()).isEmpty();
        browser.shot("mapping");

        browser.run("document.getElementById('payload').value = '{'");
        browser.click("#mapping .primary");
        browser.await("#mapping .problem", "JSON");
        assertThat(app.get("/api/tasks?find=tried").path("items")).isEmpty();
    }

    private static boolean loaded(String selector, String condition) {
        return (Boolean) browser.run(
                "const element = document.querySelector(arguments[0]); return Boolean(element && " + condition + ")",
                selector);
    }

    @Test
    void replaysADeadLetterAndSaysWhatCameOfIt() throws IOException {
        tell(Map.of(
                "id",
                "late",
                "status",
                "succeeded",
                "outputs",
                List.of(output("image", origin.url("late").replace("http:", "ftp:")))));
        app.await("its letter", () -> app.deadLetters("url_scheme").size() == 1);
        app.execute("UPDATE media SET url = '" + origin.put("late", shipped("still.png")) + "' WHERE task_id = 'late'");

        open("#dead-letters?reason=url_scheme");
        browser.await("table.dead-letters", "late");
        browser.click("table.dead-letters [data-action=replay]");
        browser.await("#notice", "1 dead letter goes through again.");
        browser.await("#content", "No dead letter matches.");
        app.awaitStored("kling", "late", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "1280, light, ''",
        "1280, dark, ''",
        "380, light, ''",
        "380, dark, ''",
        "1280, light, #tasks",
        "380, light, #tasks",
        "1280, light, #results",
        "380, dark, #results",
        "1280, light, #media",
        "380, light, #media",
        "1280, light, #dead-letters",
        "380, dark, #dead-letters",
        "1280, dark, #tasks?open=kling/shown",
        "380, light, #tasks?open=kling/shown"
    })
    void isReadableForEverybodyOnEveryScreen(int width, String scheme, String view) {
        browser.size(width, 900);
        browser.scheme(scheme);
        try {
            open(view);
            browser.await("#health h1", "dead letter");
            browser.await(view.contains("open=") ? "#task" : "#content", view.contains("open=") ? "SHA-256" : "kling");
            browser.shot("console-" + width + "-" + scheme + "-" + view.replaceAll("\\W+", ""));
            assertThat(browser.overflows()).isFalse();
            assertThat(browser.barriers()).isEmpty();
        } finally {
            browser.size(1280, 900);
            browser.scheme("light");
        }
    }

    private static void open(String view) {
        browser.open(app.uri("/").toString() + "#token=" + RunningMediakeep.API_TOKEN);
        if (!view.isEmpty()) {
            browser.run("location.hash = arguments[0]", view);
        }
    }

    private static Map<String, Object> output(String type, String url) {
        return Map.of("type", type, "id", "o", "url", url);
    }

    private static byte[] shipped(String file) throws IOException {
        try (InputStream in = ConsoleIT.class.getResourceAsStream("/io/mediakeep/demo/" + file)) {
            return in.readAllBytes();
        }
    }

    private static void tell(Map<String, Object> task) throws IOException {
        byte[] body = new ObjectMapper().writeValueAsString(task).getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback("/callbacks/kling/" + TOKEN, body, Map.of()).statusCode())
                .isEqualTo(200);
    }
}
