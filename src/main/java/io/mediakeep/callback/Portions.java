package io.mediakeep.callback;

import java.time.Duration;

/**
 * How much work on callbacks is begun at a time, and how long it rests in between. Receiving goes first: while callbacks
 * come in so fast that they wait for each other, and the processors have nothing left, the work on them takes a tenth of
 * the time; it never stops. Portions that take long are made smaller, so that their claims do not run out. For one
 * thread.
 */
final class Portions {
    static final int MOST = 100;
    private static final int REST = 9;
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final double LOADED = 0.8;

    private final Time time;
    private int portion = MOST;
    private long begun;
    private boolean working;

    Portions(Time time) {
        this.time = time;
    }

    /** What time there is. */
    interface Time {
        /** A clock that never goes back, in nanoseconds. */
        long passed();

        /** Share of the processors that is in use, by all processes, 0 to 1; negative if it is not known. */
        double load();
    }

    /** Begins a portion. Returns the most callbacks that belong to it. */
    int begin() {
        begun = time.passed();
        working = true;
        return portion;
    }

    /**
     * Ends the portion that was begun, if any. Returns the pause before the next one.
     *
     * @param crowded whether callbacks wait for each other
     */
    Duration pause(boolean crowded) {
        if (!working) {
            return Duration.ZERO;
        }
        working = false;
        Duration took = Duration.ofNanos(time.passed() - begun);
        portion = took.compareTo(LONG) > 0 ? Math.max(1, portion / 2) : Math.min(MOST, portion * 2);
        if (!crowded || !isLoaded()) {
            return Duration.ZERO;
        }
        Duration rest = took.multipliedBy(REST);
        return rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }

    private boolean isLoaded() {
        double now = time.load();
        return !(now >= 0 && now < LOADED);
    }
}
