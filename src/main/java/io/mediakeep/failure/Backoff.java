package io.mediakeep.failure;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between attempts. Thread-safe. */
public final class Backoff {
    private Backoff() {}

    /**
     * Full jitter: a random pause up to {@code base * 2^(attempt - 1)}, but at least a tenth of it.
     *
     * @param attempt 1 for the pause after the first attempt
     * @param most    longest pause
     */
    public static Duration after(int attempt, Duration base, Duration most) {
        long cap = Math.min(most.toMillis(), base.toMillis() << Math.min(20, Math.max(0, attempt - 1)));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(Math.max(1, cap / 10), Math.max(2, cap + 1)));
    }
}
