package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads of several providers beside each other, with the application as shipped. */
class ReadLanesIT {
    private static final String KEY = "api-key-0123456789abcdef";
    private static final String SUNO_TOKEN = "suno-token-0123456789";
    private static final String VIDU_TOKEN = "vidu-token-0123456789";
    private static final String DOOR = "/callbacks/vidu/" + VIDU_TOKEN;
    private static final int OPEN = 300;

    private final OffsetClock clock = new OffsetClock();
    private final FakeSuno suno = new FakeSuno(KEY);
    private final FakeVidu vidu = new FakeVidu(KEY);
    private final FakeOrigin origin = new FakeOrigin();
    private final CountDownLatch hang = new CountDownLatch(1);
    private RunningMediakeep app;

    @BeforeEach
    void start() {
        app = new RunningMediakeep(clock)
                .provider("suno", suno, SUNO_TOKEN)
                .set("mediakeep.suno.api-key", KEY)
                .set("mediakeep.suno.poll-interval", "30s")
                .provider("vidu", vidu, VIDU_TOKEN)
                .set("mediakeep.vidu.api-key", KEY)
                .set("mediakeep.vidu.poll-interval", "1h")
                .start();
    }

    @AfterEach
    void stop() {
        hang.countDown();
        app.close();
        suno.close();
        vidu.close();
        origin.close();
    }

    @Test
    void threeHundredOpenTasksOfOneProviderDoNotHoldUpAnother() {
        openTasks(OPEN);
        app.await("their reads are on the way", () -> suno.calls().size() >= 18);

        callback("told");

        app.awaitStored("vidu", "told", 1);
        assertThat(suno.calls()).as("what one provider allows").hasSizeLessThan(OPEN);
        assertThat(app.metric("mediakeep_reads_due", "vidu")).isZero();
        app.await("what waits is told", () -> app.metric("mediakeep_reads_due", "suno") > 100);
        assertThat(app.metric("mediakeep_reads_oldest_seconds", "suno")).isPositive();
        assertThat(app.metric("mediakeep_tasks_open_oldest_seconds", "suno")).isPositive();
    }

    @Test
    void aTaskThatACallbackTellsOfIsReadBeforeThoseThatWait() {
        openTasks(100);
        app.await("their reads are on the way", () -> suno.calls().size() >= 10);

        String url = origin.put("song.mp4", Media.mp4(3));
        suno.putVideo("open-99", FakeSuno.video("open-99", "SUCCESS", url, null));
        byte[] body = FakeServer.write(
                        map("code", 200, "msg", "ok", "data", map("task_id", "open-99", "video_url", url)))
                .getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback("/callbacks/suno/" + SUNO_TOKEN, body, java.util.Map.of())
                        .statusCode())
                .isEqualTo(200);

        app.awaitStored("suno", "open-99", 1);
        assertThat(suno.calls()).hasSizeLessThan(100);
    }

    @Test
    void aProviderThatHangsHoldsItsOwnPlacesAndNoOther() {
        suno.beforeAnswer(call -> {
            try {
                hang.await(5, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        openTasks(40);
        app.await("it hangs", () -> suno.calls().size() >= 1);

        for (int i = 0; i < 10; i++) {
            callback("beside-" + i);
        }

        for (int i = 0; i < 10; i++) {
            app.awaitStored("vidu", "beside-" + i, 1);
        }
        assertThat(suno.calls()).hasSizeLessThanOrEqualTo(16);
    }

    private void openTasks(int number) {
        for (int i = 0; i < number; i++) {
            suno.putVideo("open-" + i, FakeSuno.video("open-" + i, "PENDING", null, null));
            app.api("POST", "/api/tasks/suno", "{\"taskId\":\"open-" + i + "\",\"product\":\"mp4\"}");
        }
    }

    private void callback(String id) {
        List<Object> creations = List.of(map("id", "c", "url", origin.put(id, Media.mp4(5))));
        vidu.put(id, null, map("id", id, "state", "success", "err_code", "", "creations", creations));
        byte[] body = FakeServer.write(map("id", id, "state", "success", "creations", creations))
                .getBytes(StandardCharsets.UTF_8);
        assertThat(app.callback(DOOR, body, FakeVidu.sign(KEY, DOOR, "", "nonce-" + id, clock))
                        .statusCode())
                .isEqualTo(200);
    }
}
