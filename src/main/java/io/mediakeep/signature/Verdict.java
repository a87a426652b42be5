package io.mediakeep.signature;

import java.util.Objects;
import java.util.Optional;

/**
 * What a signature proves about a callback that passed.
 *
 * @param coversBody whether the body is authentic; if not, it is a hint that must be confirmed with the provider
 * @param callbackId the provider's id of this delivery, only where the signature covers it
 */
public record Verdict(boolean coversBody, Optional<String> callbackId) {
    static final Verdict HINT = new Verdict(false, Optional.empty());

    public Verdict {
        Objects.requireNonNull(callbackId);
    }
}
