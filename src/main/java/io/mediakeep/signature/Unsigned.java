package io.mediakeep.signature;

/** For providers that sign nothing: every request passes, and none is believed. Immutable, thread-safe. */
public final class Unsigned implements SignatureScheme {
    @Override
    public Verdict verify(SignedRequest request) {
        return Verdict.HINT;
    }
}
