package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One host that is slow or broken beside one that is not; both names are this machine. */
class LanesIT {
    private static final String TOKEN = "suno-token-0123456789";
    private static final String QUICK = "127.0.0.1";
    private static final String OTHER = "localhost";

    private final OffsetClock clock = new OffsetClock();
    private final FakeSuno suno = new FakeSuno("key");
    private final FakeOrigin origin = new FakeOrigin();
    private final RunningMediakeep app = new RunningMediakeep(clock)
            .provider("suno", suno, TOKEN)
            .set("mediakeep.suno.api-key", "key")
            .set("mediakeep.suno.confirm", "never")
            .set("mediakeep.fetch.stall-timeout", "5m");

    @BeforeEach
    void start() {
        app.start();
    }

    @AfterEach
    void stop() {
        origin.release();
        app.close();
        suno.close();
        origin.close();
    }

    @Test
    void aSlowHostDoesNotHoldUpAnother() throws Exception {
        for (int i = 0; i < 20; i++) {
            task("slow" + i, OTHER, FakeOrigin.Fault.HELD, -1);
        }
        app.await("the slow host has all places but one", () -> origin.gets().size() == 7);
        for (int i = 0; i < 30; i++) {
            task("quick" + i, QUICK, FakeOrigin.Fault.NONE, 0);
        }

        app.await("the quick ones are stored", () -> stored("quick") == 30);
        assertThat(stored("slow")).isZero();
        assertThat(app.metric("mediakeep_copies_running")).isEqualTo(7);

        origin.release();
        app.await("the slow ones are stored", () -> stored("slow") == 20);
    }

    @Test
    void aBrokenHostIsLeftAloneUntilItAnswersAgain() throws Exception {
        for (int i = 0; i < 30; i++) {
            task("broken" + i, OTHER, FakeOrigin.Fault.ERROR_500, -1);
        }
        app.await("its breaker opens", () -> app.metric("mediakeep_hosts_paused") == 1);
        for (int i = 0; i < 10; i++) {
            task("quick" + i, QUICK, FakeOrigin.Fault.NONE, 0);
        }
        app.await("the others are stored", () -> stored("quick") == 10);
        long asked = origin.gets().stream()
                .filter(get -> get.path().startsWith("/broken"))
                .count();
        assertThat(asked).isLessThanOrEqualTo(5 + 7);
        assertThat(app.count("SELECT count(*) FROM media WHERE attempts = 0 AND state = 'due'"))
                .isGreaterThanOrEqualTo(30 - asked);
        assertThat(app.log.lines())
                .filteredOn(line -> line.contains("Host localhost failed 5 times"))
                .hasSize(1);

        for (int i = 0; i < 30; i++) {
            origin.put("broken" + i, Media.mp4(i));
        }
        clock.advance(Duration.ofMinutes(10));
        app.await("all are stored", () -> stored("broken") == 30);
        assertThat(app.metric("mediakeep_hosts_paused")).isZero();
        assertThat(app.count("SELECT max(attempts) FROM media")).isLessThanOrEqualTo(3);
    }

    private void task(String name, String host, FakeOrigin.Fault fault, int times) throws Exception {
        String url = origin.put(name, Media.mp4(name.hashCode(), 5_000), fault, times)
                .replace("127.0.0.1", host);
        byte[] body = FakeSuno.finished(name, url);
        assertThat(app.callback("/callbacks/suno/" + TOKEN, body, Map.of()).statusCode())
                .isEqualTo(200);
    }

    private long stored(String prefix) {
        return app.count("SELECT count(*) FROM media WHERE state = 'stored' AND task_id LIKE '" + prefix + "%'");
    }
}
