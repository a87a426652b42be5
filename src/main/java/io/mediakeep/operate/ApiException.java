package io.mediakeep.operate;

/** A request to the API that is answered with a problem. */
public final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param status HTTP status of the answer */
    public ApiException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public int getStatus() {
        return status;
    }
}
