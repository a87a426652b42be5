package io.mediakeep.demo;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A plan, an origin and a clock that only the test moves. */
final class DemoWorld implements AutoCloseable {
    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    final DemoPlan plan = new DemoPlan();
    final Hands clock = new Hands();
    final DemoOrigin origin;

    DemoWorld() throws IOException {
        origin = new DemoOrigin(0, clock);
        plan.setSeed("7");
        plan.setDuration(Duration.ofSeconds(8));
        plan.setTasks(0);
        quiet();
    }

    /** Nothing goes wrong. */
    void quiet() {
        plan.setTasksFailed(0);
        plan.setCallbacksLost(0);
        plan.setCallbacksDoubled(0);
        plan.setCallbacksLate(0);
        plan.setDownloadsFailingOnce(0);
        plan.setDownloadsBrokenOnce(0);
        plan.setDownloadsGone(0);
    }

    void pass(Duration time) {
        clock.now = clock.now.plus(time);
    }

    @Override
    public void close() {
        origin.close();
    }

    static final class Hands extends Clock {
        private volatile Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
