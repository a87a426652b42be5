package io.mediakeep.callback;

/** A callback that is not let in. The answer tells nothing but the status; the message is for our own log. */
public final class CallbackRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param status HTTP status of the answer */
    public CallbackRefusedException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public int getStatus() {
        return status;
    }
}
