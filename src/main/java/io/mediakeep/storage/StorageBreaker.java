package io.mediakeep.storage;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.failure.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps us from fetching what the storage cannot take. After a failure the bucket is looked at before anything else begins;
 * if it does not answer, or if three pieces of work failed in a row, nothing begins but a probe: a look at the bucket, and
 * if that goes well, one piece of work. The pause between two probes grows from 1 to 30 seconds. Thread-safe.
 */
public final class StorageBreaker {
    private static final Logger LOG = LoggerFactory.getLogger(StorageBreaker.class);
    private static final String AWAY = "Nothing is copied until the storage answers again";
    private static final String SILENT = "the storage does not answer";
    private static final int RUN = 3;
    private static final Duration FIRST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(30);

    private final Runnable look;
    private final Runnable write;
    private final CircuitBreaker breaker;
    private final ReentrantLock looking = new ReentrantLock();
    private final AtomicBoolean suspect = new AtomicBoolean();
    private final AtomicBoolean trial = new AtomicBoolean();
    private final Trouble trouble;

    /** Tells whether trouble is over: a look, or a write where that is what failed. */
    private volatile Runnable test;

    /** What was wrong when it was last found so. */
    private volatile String found = SILENT;
    /** Set while trouble was found by a look, so that a look can find its end. */
    private volatile boolean seenByLook;

    /** A look has to do for a write. */
    public StorageBreaker(Runnable look, Clock clock) {
        this(look, look, clock);
    }

    /**
     * Both throw {@link Failure}.
     *
     * @param look  a cheap request to the storage, such as {@link Storage#check}
     * @param write the smallest request that stores something, such as {@link Storage#checkWrite}
     */
    public StorageBreaker(Runnable look, Runnable write, Clock clock) {
        this.look = look;
        this.trouble = new Trouble(LOG, clock);
        this.write = write;
        this.test = look;
        this.breaker = CircuitBreaker.of(
                "storage",
                CircuitBreakerConfig.custom()
                        .clock(clock)
                        .slidingWindowSize(RUN)
                        .minimumNumberOfCalls(RUN)
                        .failureRateThreshold(100)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitIntervalFunctionInOpenState(
                                IntervalFunction.ofExponentialBackoff(FIRST_INTERVAL, 2, LONGEST_INTERVAL))
                        .build());
    }

    /** Whether nothing but probes may begin. */
    public boolean isOpen() {
        return breaker.getState() != State.CLOSED;
    }

    /**
     * How much work may begin now: all that is wanted, one piece as a probe, or none. May ask the storage. If less begins
     * than was granted, that is to be told by {@link #neither}.
     */
    public int grant(int wanted) {
        if (!isOpen() && !suspect.get()) {
            return wanted;
        }
        if (!looking.tryLock()) {
            return 0;
        }
        try {
            if (!isOpen()) {
                return !suspect.get() || answers() ? wanted : 0;
            }
            if (!breaker.tryAcquirePermission() || !answers()) {
                return 0;
            }
            trial.set(true);
            return 1;
        } finally {
            looking.unlock();
        }
    }

    /** What is wrong with the storage, null if nothing is. Asks the storage, but not between two probes. */
    public String problem() {
        if (!looking.tryLock()) {
            return isOpen() ? found : null;
        }
        try {
            boolean open = isOpen();
            if (open && !breaker.tryAcquirePermission()) {
                return found;
            }
            Failure failure = ask(test);
            if (open && failure == null) {
                breaker.releasePermission();
            }
            return failure == null ? null : failure.getMessage();
        } finally {
            looking.unlock();
        }
    }

    private boolean answers() {
        return ask(test) == null;
    }

    private Failure ask(Runnable request) {
        try {
            request.run();
            suspect.set(false);
            test = look;
            if (seenByLook) {
                seenByLook = false;
                trouble.well(AWAY);
            }
            return null;
        } catch (Failure e) {
            found(e);
            return e;
        }
    }

    /** A look, be it at start, found trouble: nothing but probes begins. */
    public void found(Failure failure) {
        if (isOpen()) {
            breaker.onError(0, TimeUnit.NANOSECONDS, failure);
        } else {
            breaker.transitionToOpenState();
        }
        seenByLook = true;
        tell(failure);
    }

    /**
     * The storage refused a request. A write tells whether it refuses all of them, which counts as a failure, or this one
     * alone, which says nothing of the storage.
     *
     * @return whether it refuses all
     */
    public boolean refused() {
        looking.lock();
        try {
            if (breaker.getState() == State.OPEN) {
                return true;
            }
            boolean all = ask(write) != null;
            if (all) {
                test = write;
                trial.set(false);
            } else if (isOpen()) {
                succeeded();
            } else {
                neither();
            }
            return all;
        } finally {
            looking.unlock();
        }
    }

    /** The storage took what it was given. */
    public void succeeded() {
        trial.set(false);
        suspect.set(false);
        if (isOpen()) {
            breaker.transitionToClosedState();
        }
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
        test = look;
        seenByLook = false;
        trouble.well(AWAY);
    }

    /** The storage failed. */
    public void failed(Throwable cause) {
        trial.set(false);
        suspect.set(true);
        breaker.onError(0, TimeUnit.NANOSECONDS, cause);
        if (isOpen()) {
            tell(cause);
        }
    }

    /** A piece of work ended, or did not begin, without a word about the storage. */
    public void neither() {
        if (trial.getAndSet(false)) {
            breaker.releasePermission();
        }
    }

    /** @throws RetryableFailure if nothing may begin, not even as a probe */
    public void check() {
        if (breaker.getState() == State.OPEN) {
            throw new RetryableFailure("storage", found);
        }
    }

    private void tell(Throwable cause) {
        found = cause.getMessage();
        trouble.failed(AWAY, cause.getMessage(), LONGEST_INTERVAL);
    }
}
