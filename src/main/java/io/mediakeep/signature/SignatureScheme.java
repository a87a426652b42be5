package io.mediakeep.signature;

/** One way in which providers sign callbacks. Implementations are immutable and thread-safe. */
@FunctionalInterface
public interface SignatureScheme {
    /** @throws SignatureRejectedException if the request is not signed as this scheme demands, or not recently */
    Verdict verify(SignedRequest request) throws SignatureRejectedException;
}
