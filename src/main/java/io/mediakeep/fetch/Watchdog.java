package io.mediakeep.fetch;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Ends calls that socket timeouts do not: an origin that sends one byte of a header, of a chunk size or of a TLS record now
 * and then keeps a read busy for ever. Thread-safe.
 */
final class Watchdog implements AutoCloseable {
    private final LongSupplier nanos;
    private volatile boolean closed;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "mediakeep-fetch-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    Watchdog(LongSupplier nanos, Duration tick) {
        this.nanos = nanos;
        clock.scheduleWithFixedDelay(this::look, tick.toNanos(), tick.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * @param abort ends the call that is under way, or keeps it from beginning; may be called from another thread. After
     *     {@link #close} it is called at once.
     */
    Watch watch(Runnable abort) {
        Watch watch = new Watch(abort);
        watches.add(watch);
        if (closed) {
            abort.run();
        }
        return watch;
    }

    @Override
    public void close() {
        closed = true;
        clock.shutdownNow();
        watches.forEach(watch -> watch.abort.run());
    }

    private void look() {
        long now = nanos.getAsLong();
        watches.forEach(watch -> watch.look(now));
    }

    /** One download: waiting for the origin until a point in time, or not at all. */
    final class Watch implements AutoCloseable {
        private final Runnable abort;
        private boolean waiting;
        private long until;
        private boolean expired;

        private Watch(Runnable abort) {
            this.abort = abort;
        }

        /** @param until on the watchdog's clock */
        synchronized void waiting(long until) {
            this.until = until;
            this.waiting = true;
        }

        synchronized void idle() {
            waiting = false;
        }

        synchronized boolean expired() {
            return expired;
        }

        private void look(long now) {
            synchronized (this) {
                if (!waiting || expired || now - until < 0) {
                    return;
                }
                expired = true;
            }
            watches.remove(this);
            abort.run();
        }

        @Override
        public void close() {
            idle();
            watches.remove(this);
        }
    }
}
