package io.mediakeep.signature;

/** One way in which providers sign callbacks. Implementations are thread-safe. */
@FunctionalInterface
public interface SignatureScheme {
    /**
     * @throws SignatureRejectedException if the request is not signed as this scheme demands, or not recently
     * @throws KeysAwayException if that cannot be told now
     */
    Verdict verify(SignedRequest request) throws SignatureRejectedException;
}
