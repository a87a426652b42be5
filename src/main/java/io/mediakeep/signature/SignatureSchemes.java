package io.mediakeep.signature;

import com.nimbusds.jose.JWSAlgorithm;
import io.mediakeep.settings.SignatureSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Makes signature schemes from settings. */
public final class SignatureSchemes {
    private final Duration tolerance;
    private final JwksSource keys;
    private final Clock clock;

    /** @param tolerance largest accepted gap between a signed time and now, where a provider sets none; at least 1 s */
    public SignatureSchemes(Duration tolerance, JwksSource keys, Clock clock) {
        this.tolerance = tolerance;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Without a secret every scheme that needs one lets all pass and believes nothing, because providers do not sign before
     * there is one; with a secret, requests without a signature are refused.
     *
     * @param secrets    signing secrets, for {@code vidu} the API tokens
     * @param publicPath path of the callback URL as the provider knows it, where a proxy rewrites it; null where not
     * @throws IllegalArgumentException for a malformed secret
     */
    public SignatureScheme of(SignatureSettings settings, List<String> secrets, String publicPath) {
        if (settings.needsSecrets() && secrets.isEmpty()) {
            return new Unsigned();
        }
        Duration own = settings.claims().tolerance().orElse(tolerance);
        SignedTime time = new SignedTime(own, clock);
        return switch (settings.scheme()) {
            case HMAC -> new HmacSignature(settings, new SignedParts(settings, time, publicPath), secrets);
            case ED25519 ->
                new Ed25519Signature(
                        settings, new SignedParts(settings, time, publicPath), jwks(settings, JWSAlgorithm.EdDSA));
            case JWT ->
                new JwtSignature(
                        settings,
                        time,
                        jwks(settings, JWSAlgorithm.parse(settings.keys().algorithm())));
            case STATIC -> new StaticSignature(settings, secrets);
            case VIDU -> new ViduHmac(secrets, own, clock, publicPath);
            case NONE -> new Unsigned();
        };
    }

    private Jwks jwks(SignatureSettings settings, JWSAlgorithm algorithm) {
        return new Jwks(settings.keys().jwks(), algorithm, keys, clock);
    }
}
