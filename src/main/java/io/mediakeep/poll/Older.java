package io.mediakeep.poll;

import java.time.Duration;

/** Older tasks are asked for less often: most end within minutes, and one that has not seldom does so in the next. */
final class Older {
    private static final Duration YOUNG = Duration.ofHours(1);
    private static final Duration OLD = Duration.ofDays(1);
    private static final int FORMER = 4;
    private static final int SLOWEST = 20;

    private Older() {}

    /** How many times longer the pause is between two reads of a task of this age. */
    static int slower(Duration age) {
        return age.compareTo(YOUNG) < 0 ? 1 : age.compareTo(OLD) < 0 ? FORMER : SLOWEST;
    }

    /**
     * The age of the open tasks that a walk through a list looks for.
     *
     * @param walk number of the walk
     * @param most the oldest that any walk looks for
     */
    static Duration reach(long walk, Duration most) {
        Duration reach = walk % SLOWEST == 0 ? most : walk % FORMER == 0 ? OLD : YOUNG;
        return reach.compareTo(most) < 0 ? reach : most;
    }
}
