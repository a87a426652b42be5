package io.mediakeep.signature;

/**
 * Nobody can tell now whether a callback is the provider's, because its published keys cannot be read. Our trouble, not the
 * sender's: it should come again. Carries no stack trace, because anybody can cause it.
 */
public final class KeysAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeysAwayException(String message) {
        super(message, null, false, false);
    }
}
