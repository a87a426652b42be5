package io.mediakeep.signature;

import java.util.Optional;

/** For providers that sign nothing: every request passes, and none is believed. Immutable, thread-safe. */
public final class Unsigned implements SignatureScheme {
    private static final Verdict HINT = new Verdict(false, Optional.empty());

    @Override
    public Verdict verify(SignedRequest request) {
        return HINT;
    }
}
