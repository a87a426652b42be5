package io.mediakeep.copy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.mediakeep.ledger.MediaId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one host does: a circuit breaker, a pause that the host asked for, and a budget for retries. For one thread at a
 * time.
 */
final class HostLane {
    private static final Logger LOG = LoggerFactory.getLogger(HostLane.class);
    /** Failures in a row that open the breaker. */
    private static final int RUN = 5;

    /** A host that stored something so lately is known to work; what fails there now is its trouble, not the media's. */
    private static final Duration FRESH = Duration.ofHours(1);

    private static final Duration FIRST_INTERVAL = Duration.ofSeconds(10);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    /** Retries are a fifth of the first attempts, and so many a minute. */
    private static final double SHARE = 0.2;

    private static final double PER_MINUTE = 12;
    private static final double MOST_SAVED = 24;
    private static final double ROUNDING = 1e-6;

    private final String host;
    private final Clock clock;
    private final CircuitBreaker breaker;
    private Instant pausedUntil = Instant.MIN;
    private MediaId lastFailed;
    private Instant lastSuccess = Instant.MIN;
    /** Different media that failed since the last success; no more than matter. */
    private final Set<MediaId> failing = new HashSet<>();

    private boolean probing;
    private double budget = MOST_SAVED;
    private Instant budgetAt;

    HostLane(String host, Clock clock) {
        this.host = host;
        this.clock = clock;
        this.budgetAt = clock.instant();
        this.breaker = CircuitBreaker.of(
                "host",
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

    /** Whether copies may begin as they come. */
    boolean isClear() {
        return !isBroken() && !isPaused();
    }

    /** Whether the breaker is open, so that only a probe may begin. */
    boolean isBroken() {
        return breaker.getState() != State.CLOSED;
    }

    private boolean isPaused() {
        return clock.instant().isBefore(pausedUntil);
    }

    /** Takes the probe if one may begin now; however it ends is to be told. */
    boolean takeProbe() {
        probing = !isPaused() && breaker.tryAcquirePermission();
        return probing;
    }

    /** How many retries the budget allows. */
    int retries() {
        earn(0);
        return (int) (budget + ROUNDING);
    }

    /** A copy begins. */
    void began(boolean retry) {
        earn(retry ? -1 : SHARE);
    }

    private void earn(double more) {
        Instant now = clock.instant();
        double minutes = Math.max(0, Duration.between(budgetAt, now).toMillis() / 60_000.0);
        budgetAt = now;
        budget = Math.max(0, Math.min(MOST_SAVED, budget + minutes * PER_MINUTE + more));
    }

    /** The host answered. */
    void succeeded() {
        probing = false;
        lastFailed = null;
        lastSuccess = clock.instant();
        failing.clear();
        if (isBroken()) {
            breaker.transitionToClosedState();
            LOG.info("Host {} answers again", host);
        }
        breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }

    /**
     * The host did not answer, or with an error of its own. A media that fails time and again by itself says nothing about
     * its host, and a few that do so say little.
     *
     * @return whether this was a probe of a host that is known to work, and fails for many: then it is no attempt
     */
    boolean failed(MediaId media, RuntimeException cause) {
        boolean before = isBroken();
        boolean probe = probing;
        probing = false;
        if (failing.size() < RUN) {
            failing.add(media);
        }
        if (!before && media.equals(lastFailed)) {
            return false;
        }
        lastFailed = media;
        breaker.onError(0, TimeUnit.NANOSECONDS, cause);
        if (!before && isBroken()) {
            LOG.warn(
                    "Host {} failed {} times in a row and is only probed until it answers: {}",
                    host,
                    RUN,
                    cause.getMessage());
        }
        return probe && isKnownToWork();
    }

    private boolean isKnownToWork() {
        boolean lately = !lastSuccess.equals(Instant.MIN) && clock.instant().isBefore(lastSuccess.plus(FRESH));
        return lately && failing.size() >= RUN;
    }

    /** The host asked for a pause; more than 10 minutes are not granted. */
    void pause(Duration asked) {
        Instant until = clock.instant().plus(asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE);
        if (until.isAfter(pausedUntil)) {
            pausedUntil = until;
        }
        neither();
    }

    /** A copy ended, or did not begin, without a word about its host. */
    void neither() {
        if (probing) {
            probing = false;
            breaker.releasePermission();
        }
    }

    /** Whether a new lane would do the same. */
    boolean isForgettable() {
        return isClear() && lastFailed == null && retries() >= MOST_SAVED - 1;
    }
}
