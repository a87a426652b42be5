package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing lost and nothing twice, over pages that move and over a stop of an hour. */
class RestartIT {
    private static final String LIST = "/v1/videos/text2video";
    private static final String PRODUCT = "videos/text2video";

    private final OffsetClock clock = new OffsetClock();
    private final FakeKling kling = new FakeKling(clock, "kling-api-key-secret", null, null);
    private final FakeOrigin origin = new FakeOrigin();
    private RunningMediakeep app;

    @BeforeEach
    void prepare() {
        app = new RunningMediakeep(clock)
                .provider("kling", kling, "kling-token-0123456789")
                .set("mediakeep.kling.api-key", "kling-api-key-secret")
                .set("mediakeep.kling.lists", PRODUCT);
    }

    @AfterEach
    void stop() {
        app.close();
        kling.close();
        origin.close();
    }

    @Test
    void mergesAThousandTasksThatMoveBetweenThePages() {
        for (int i = 0; i < 1_000; i++) {
            kling.put(PRODUCT, KlingTasks.legacy("many-" + i, "processing", null));
        }
        AtomicInteger ended = new AtomicInteger();
        kling.beforeAnswer(call -> {
            // Before each page, some tasks end and so move to the front: all others move on by as many.
            for (int n = 0; n < 7 && ended.get() < 140; n++) {
                int i = ended.getAndIncrement() * 7;
                kling.put(
                        PRODUCT,
                        KlingTasks.legacy(
                                "many-" + i, "succeed", KlingTasks.videos("v", origin.put("m" + i, Media.mp4(i)))));
            }
        });

        app.start();

        app.await("all are merged", () -> app.count("SELECT count(*) FROM task") == 1_000);
        app.await("all are stored", () -> app.count("SELECT count(*) FROM media WHERE state = 'stored'") == 140);
        assertThat(app.count("SELECT count(*) FROM task WHERE status = 'succeeded'"))
                .isEqualTo(140);
        assertThat(kling.calls(LIST).stream().map(call -> call.parameter("pageSize")))
                .containsOnly("100");
        for (int i = 0; i < 140; i++) {
            assertThat(origin.gets("m" + i * 7))
                    .as("downloads of task %d", i * 7)
                    .hasSize(1);
        }
    }

    @Test
    void findsAfterAnHourWhatEndedMeanwhile() {
        for (int i = 0; i < 20; i++) {
            kling.put(PRODUCT, KlingTasks.legacy("pause-" + i, "processing", null));
        }
        String broken = origin.put("broken", Media.mp4(500), FakeOrigin.Fault.ERROR_500, 1);
        kling.put(PRODUCT, KlingTasks.legacy("pause-broken", "succeed", KlingTasks.videos("v", broken)));
        kling.put(
                PRODUCT,
                KlingTasks.legacy("pause-done", "succeed", KlingTasks.videos("v", origin.put("done", Media.mp4(501)))));
        app.start();
        app.awaitStored("kling", "pause-done", 1);
        app.awaitStatus("kling", "pause-19", "processing");
        app.awaitTask(
                "kling", "pause-broken", task -> task.at("/media/0/reason").isTextual());

        app.stop();
        for (int i = 0; i < 20; i++) {
            kling.put(
                    PRODUCT,
                    KlingTasks.legacy(
                            "pause-" + i, "succeed", KlingTasks.videos("v", origin.put("r" + i, Media.mp4(600 + i)))));
        }
        clock.advance(Duration.ofHours(1));
        app.start();

        for (int i = 0; i < 20; i++) {
            app.awaitStored("kling", "pause-" + i, 1);
            assertThat(origin.gets("r" + i)).hasSize(1);
        }
        app.awaitStored("kling", "pause-broken", 1);
        assertThat(origin.gets("done")).hasSize(1);
        assertThat(app.keys("kling/")).filteredOn(key -> key.endsWith(".mp4")).hasSize(22);
    }
}
