package io.mediakeep.signature;

/**
 * A callback is not shown to be the provider's. The message is for the log: it names the header, never a value. Carries
 * no stack trace, because anybody can cause it.
 */
public final class SignatureRejectedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean unsigned;

    private SignatureRejectedException(String message, boolean unsigned) {
        super(message, null, false, false);
        this.unsigned = unsigned;
    }

    static SignatureRejectedException invalid(String message) {
        return new SignatureRejectedException(message, false);
    }

    static SignatureRejectedException missing(String scheme) {
        return new SignatureRejectedException("the request has none of the headers of " + scheme, true);
    }

    /** Whether the request has no signature header at all, as opposed to a wrong or incomplete signature. */
    public boolean unsigned() {
        return unsigned;
    }
}
