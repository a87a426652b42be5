package io.mediakeep.copy;

import io.mediakeep.ledger.MediaId;

/** Another node has taken the media over: this one stops, the other one finishes it. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseLostException(MediaId media) {
        super("the lease of " + media + " was lost");
    }
}
