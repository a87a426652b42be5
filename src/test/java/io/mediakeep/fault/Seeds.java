package io.mediakeep.fault;

import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The seeds of a run. {@code -Dmediakeep.fault.seed=N} replays one; {@code -Dmediakeep.fault.rounds=N} (profile {@code
 * faults}) runs N that are new each time; else each case has one that stays the same.
 */
final class Seeds {
    private static final Long SEED = Long.getLong("mediakeep.fault.seed");
    private static final int ROUNDS = Integer.getInteger("mediakeep.fault.rounds", 0);

    private static final long BEGAN = System.nanoTime();

    private Seeds() {}

    static Stream<Long> fixed() {
        return ROUNDS > 0 || SEED != null ? random() : Stream.of(20_261_121L);
    }

    static Stream<Long> random() {
        return SEED != null
                ? Stream.of(SEED)
                : LongStream.range(0, Math.max(1, ROUNDS))
                        .mapToObj(round -> new Random().nextInt(Integer.MAX_VALUE) + 0L);
    }

    /** Whether there is time for all, and not only for a sample. */
    static boolean isLongRun() {
        return ROUNDS > 0;
    }

    /** The random numbers of a case; says how to get the same ones again. */
    static Random of(String name, long seed) {
        say(name, "seed " + seed + ", again with -Dmediakeep.fault.seed=" + seed);
        return new Random(seed ^ name.hashCode());
    }

    static void say(String name, String what) {
        System.out.printf("[fault] %6.1f s %s: %s%n", (System.nanoTime() - BEGAN) / 1e9, name, what);
    }
}
