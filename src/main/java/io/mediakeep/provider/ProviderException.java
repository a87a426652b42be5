package io.mediakeep.provider;

import java.time.Duration;
import java.util.Optional;

/** A provider's API gave no usable answer. Never a reason to fail a task. */
public final class ProviderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What to do about it. */
    public enum Kind {
        /** The credentials or the account are refused: pause and tell. */
        REFUSED,
        /** Too many calls: pause as long as asked. */
        THROTTLED,
        /** No such task or list. */
        NOT_FOUND,
        /** Anything else: try again later. */
        TROUBLE
    }

    private final Kind kind;
    private final transient Duration retryAfter;

    /** @param retryAfter the pause the provider asked for, null for none */
    public ProviderException(Kind kind, String message, Duration retryAfter) {
        super(message);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    public Kind kind() {
        return kind;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
