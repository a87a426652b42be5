package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the first line of the console says, in Chromium; skipped where there is no Chromium. */
class HeadlineIT {
    private static final String TOKEN = "suno-token-0123456789";

    private static Browser browser;

    private final OffsetClock clock = new OffsetClock();
    private final FakeVidu vidu = new FakeVidu("vidu-key");
    private final FakeOrigin origin = new FakeOrigin();
    private RunningMediakeep app;

    @BeforeAll
    static void open() {
        assumeTrue(Browser.isInstalled(), "chromium and chromedriver are not installed");
        browser = new Browser();
    }

    @AfterAll
    static void quit() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void prepare() {
        app = new RunningMediakeep(clock)
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.callback-token", "")
                .set("mediakeep.vidu.api-key", "vidu-key");
    }

    @AfterEach
    void stop() {
        assertThat(browser.complaints()).isEmpty();
        browser.leave();
        app.close();
        vidu.close();
        origin.close();
    }

    @Test
    void allIsWellOnlyWhenAllIsStored() {
        app.start();
        show("No task yet.", "idle");
        finish("one", origin.put("one", Media.mp4(1), FakeOrigin.Fault.HELD, 1));
        show("1 result is on its way.", "busy");
        assertThat(browser.text("#risk")).isEmpty();

        origin.release();
        app.awaitStored("vidu", "one", 1);
        show("All results are safe.", "good");
        assertThat(browser.text("#providers")).contains("all stored");
    }

    @Test
    void whatIsNotStoredStandsFirstWithItsDeadlineAndItsReason() {
        app.set("mediakeep.vidu.retention", "30m").start();
        finish("gone", origin.put("gone", Media.mp4(2), FakeOrigin.Fault.MISSING_404, -1));
        app.awaitTask(
                "vidu", "gone", task -> task.at("/media/0/reason").asText().equals("resp_status"));

        show("Nearest source URL dies in", "warn");
        browser.await("#risk", "gone");
        browser.await("#risk", "min");
        browser.await("#risk .why", "resp_status");
        assertThat(browser.text("body")).doesNotContain("Nothing is lost", "safe");
        assertThat(browser.barriers()).isEmpty();
        browser.shot("risk");
    }

    @Test
    void copiesThatFailForLongAreNamed() {
        app.start();
        finish("failing", origin.put("failing", Media.mp4(3), FakeOrigin.Fault.ERROR_500, -1));
        app.awaitTask("vidu", "failing", task -> task.at("/media/0/attempts").asInt() > 0);
        clock.advance(Duration.ofMinutes(10));

        show("Copies fail: 1 result could not be stored for up to 10", "warn");
        browser.await("#risk .why", "resp_status");
    }

    @Test
    void aStorageThatIsAwayIsToldWithAllThatWaitsForIt() {
        app.set("mediakeep.storage.endpoint", "http://127.0.0.1:9")
                .set("mediakeep.storage.access-key", "access")
                .set("mediakeep.storage.secret-key", "secret-secret-secret")
                .start();
        finish("waits", origin.put("waits", Media.mp4(4)));
        app.awaitStatus("vidu", "waits", "succeeded");

        show("The storage cannot be used: 1 result waits for it.", "bad");
        browser.await("#health .beside", "no answer");
        assertThat(browser.text("body")).doesNotContain("Nothing is lost");
    }

    @Test
    void callbacksThatAllStayAwayAreToldAlthoughTheirResultsAreSafe() {
        app.set("mediakeep.vidu.callback-token", "vidu-token-0123456789").start();
        for (int i = 0; i < 3; i++) {
            finish("polled-" + i, origin.put("polled-" + i, Media.mp4(i)));
            app.awaitStored("vidu", "polled-" + i, 1);
        }
        show("0 of 3 callbacks of vidu came: can its callback URL be reached?", "warn");
    }

    @Test
    void pollsThatFailAreNamed() {
        app.set("mediakeep.vidu.api-key", "another-key").start();
        show("Polling vidu fails.", "warn");
        browser.await("#providers", "failure");
    }

    @Test
    void readsThatAreLateAreNamed() {
        app.set("mediakeep.suno.enabled", "true")
                .set("mediakeep.suno.callback-token", TOKEN)
                .set("mediakeep.suno.confirm", "never")
                .start();
        app.api("POST", "/api/tasks/vidu", "{\"taskId\":\"seen\"}");
        app.execute("INSERT INTO task (provider, task_id, status, first_seen_by, first_seen_at, read_at, read_reason)"
                + " VALUES ('suno', 'late', 'processing', 'callback', 1, "
                + clock.instant().minusSeconds(600).toEpochMilli() + ", 'hint')");
        app.execute("INSERT INTO tally (provider, name, slot, total) VALUES ('suno', 'task.processing', 0, 1)");

        show("Reads of suno are 10", "warn");
    }

    @Test
    void aProcessThatIsAwayIsToldWithTheAgeOfWhatIsShown() {
        app.start();
        show("No task yet.", "idle");
        app.stop();
        browser.await("#health h1", "Mediakeep has not answered since ");
        browser.await("#health .beside", "What stands below is");
        assertThat(browser.text("#pulse")).contains("No answer since");
        browser.leave();
    }

    private void show(String sentence, String tone) {
        browser.open(app.uri("/") + "#token=" + RunningMediakeep.API_TOKEN);
        browser.await("#health h1", sentence);
        assertThat(browser.run("return document.querySelector('#health h1 .lamp').className"))
                .isEqualTo("lamp " + tone);
    }

    private void finish(String id, String url) {
        vidu.put(
                id,
                map(
                        "id",
                        id,
                        "type",
                        "text2video",
                        "state",
                        "success",
                        "credits",
                        4,
                        "created_at",
                        clock.instant().toString(),
                        "creations",
                        List.of(map("id", "c", "url", url))),
                null);
    }
}
