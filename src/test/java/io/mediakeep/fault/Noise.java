package io.mediakeep.fault;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Breaks some of the requests at random: a share is answered 503, a share is cut, the answer of a share is lost. Thread-safe. */
final class Noise implements Rule {
    private static final long SLOW_NANOS = 20_000_000;

    private final Random random;
    private final Predicate<String> where;
    private final int busy;
    private final int cut;
    private final int lose;
    private final AtomicInteger broken = new AtomicInteger();

    /** @param busy percent of the requests, as {@code cut} and {@code lose} */
    Noise(Random random, Predicate<String> where, int busy, int cut, int lose) {
        this.random = new Random(random.nextLong());
        this.where = where;
        this.busy = busy;
        this.cut = cut;
        this.lose = lose;
    }

    /** A storage that is slow and busy, and loses answers. */
    static Noise storage(Random random) {
        return new Noise(random, request -> true, 30, 5, 10);
    }

    /** Connections that break in the middle of COMMIT, before or after it was done. */
    static Noise commits(Random random) {
        return new Noise(random, request -> request.startsWith("COMMIT"), 0, 25, 25);
    }

    @Override
    public Act on(String request) {
        if (!where.test(request)) {
            return Act.PASS;
        }
        int dice = dice();
        if (dice < busy + cut + lose) {
            broken.incrementAndGet();
        } else if (busy > 0) {
            LockSupport.parkNanos(SLOW_NANOS);
        }
        if (dice < busy) {
            return Act.BUSY;
        }
        return dice < busy + cut ? Act.CUT : dice < busy + cut + lose ? Act.LOSE : Act.PASS;
    }

    /** Requests broken so far. */
    int broken() {
        return broken.get();
    }

    private synchronized int dice() {
        return random.nextInt(100);
    }
}
