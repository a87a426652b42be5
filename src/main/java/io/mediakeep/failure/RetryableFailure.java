package io.mediakeep.failure;

import java.time.Duration;
import java.util.Optional;

/** The same attempt may work later: it is scheduled again in the ledger. */
public final class RetryableFailure extends Failure {
    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;

    public RetryableFailure(String reason, String message) {
        this(reason, message, null, null);
    }

    public RetryableFailure(String reason, String message, Throwable cause) {
        this(reason, message, null, cause);
    }

    /** @param retryAfter shortest pause that the other side asked for, not negative; null if it did not */
    public RetryableFailure(String reason, String message, Duration retryAfter, Throwable cause) {
        super(reason, message, cause);
        this.retryAfter = retryAfter;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
