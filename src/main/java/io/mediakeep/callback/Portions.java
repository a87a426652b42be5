package io.mediakeep.callback;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How much work on callbacks is begun at a time, and how long it rests in between. Receiving goes first: while callbacks
 * come in so fast that they wait for each other, the work on them takes a tenth of the time; it never stops. Portions that
 * take long are made smaller, so that their claims do not run out. Thread-safe.
 */
final class Portions {
    static final int MOST = 100;
    private static final int REST = 9;
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(1);

    private final LongSupplier nanos;
    private int portion = MOST;
    private long begun;
    private boolean working;

    Portions(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Begins a portion. Returns the most callbacks that belong to it. */
    synchronized int begin() {
        begun = nanos.getAsLong();
        working = true;
        return portion;
    }

    /** Ends the portion that was begun, if any. Returns the pause before the next one. */
    synchronized Duration pause(boolean busy) {
        if (!working) {
            return Duration.ZERO;
        }
        working = false;
        Duration took = Duration.ofNanos(nanos.getAsLong() - begun);
        portion = took.compareTo(LONG) > 0 ? Math.max(1, portion / 2) : Math.min(MOST, portion * 2);
        if (!busy) {
            return Duration.ZERO;
        }
        Duration rest = took.multipliedBy(REST);
        return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }
}
