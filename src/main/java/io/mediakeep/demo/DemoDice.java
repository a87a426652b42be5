package io.mediakeep.demo;

import java.time.Duration;
import java.util.Random;

/** Every decision about one provider's tasks, in the order they are asked for. Guarded by its {@link DemoTasks}. */
final class DemoDice {
    private final DemoPlan plan;
    private final Random random;

    DemoDice(DemoPlan plan, Random random) {
        this.plan = plan;
        this.random = random;
    }

    DemoPlan plan() {
        return plan;
    }

    boolean percent(int share) {
        return random.nextInt(100) < share;
    }

    /** @return 0 (inclusive) to {@code bound} (exclusive) */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** How long a task takes: half of the longest time, to all of it. */
    Duration length() {
        long longest = plan.duration().toMillis();
        return Duration.ofMillis(longest / 2 + random.nextInt((int) (longest / 2) + 1));
    }

    DemoFault fault() {
        int roll = random.nextInt(100);
        if (roll < plan.downloadsGone()) {
            return DemoFault.GONE;
        }
        roll -= plan.downloadsGone();
        if (roll < plan.downloadsFailingOnce()) {
            return DemoFault.FAILS_ONCE;
        }
        roll -= plan.downloadsFailingOnce();
        return roll < plan.downloadsBrokenOnce() ? DemoFault.BREAKS_ONCE : DemoFault.NONE;
    }
}
