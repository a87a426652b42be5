package io.mediakeep.database;

/**
 * The ledger cannot be reached, or did not say whether it committed. The work may have been done: every statement is
 * guarded, so doing it again is harmless.
 */
public final class LedgerUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LedgerUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
