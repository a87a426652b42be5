package io.mediakeep.failure;

/** Trying again would not help. */
public sealed class FinalFailure extends Failure permits ForeignHostFailure {
    private static final long serialVersionUID = 1L;

    public FinalFailure(String reason, String message) {
        super(reason, message, null);
    }

    public FinalFailure(String reason, String message, Throwable cause) {
        super(reason, message, cause);
    }
}
