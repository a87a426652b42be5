package io.mediakeep.failure;

/** The source URL is of no use any more; a fresh one may be had from the provider. */
public final class RefreshableFailure extends Failure {
    private static final long serialVersionUID = 1L;

    public RefreshableFailure(String reason, String message) {
        super(reason, message, null);
    }

    public RefreshableFailure(String reason, String message, Throwable cause) {
        super(reason, message, cause);
    }
}
