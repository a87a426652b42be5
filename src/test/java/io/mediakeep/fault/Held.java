package io.mediakeep.fault;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Holds one request back until it is let go; the others pass. Thread-safe. */
final class Held implements Rule {
    private final String beginning;
    private final AtomicBoolean reached = new AtomicBoolean();
    private final CountDownLatch letGo = new CountDownLatch(1);

    /** @param beginning of the request that is held */
    Held(String beginning) {
        this.beginning = beginning;
    }

    @Override
    public Act on(String request) {
        if (request.startsWith(beginning) && reached.compareAndSet(false, true)) {
            try {
                if (!letGo.await(Settle.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    return Act.CUT;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Act.CUT;
            }
        }
        return Act.PASS;
    }

    boolean isReached() {
        return reached.get();
    }

    void letGo() {
        letGo.countDown();
    }
}
