package io.mediakeep.failure;

import java.util.Objects;

/**
 * Why a task, a media or a payload could not be dealt with. The subclass says what happens next, the reason is the word
 * that ends in the ledger, the API and the metrics. Messages never hold a secret or the query string of a URL.
 */
public abstract sealed class Failure extends RuntimeException
        permits RetryableFailure, RefreshableFailure, FinalFailure {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param reason  lower case word such as {@code resp_truncated}; see docs/operations.md for all of them
     * @param message what was expected and what was found
     * @param cause   null where there is none
     */
    protected Failure(String reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason);
    }

    public String reason() {
        return reason;
    }
}
