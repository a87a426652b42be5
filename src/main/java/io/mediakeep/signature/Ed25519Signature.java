package io.mediakeep.signature;

import io.mediakeep.settings.SignatureSettings;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;

/** Ed25519 with one of the keys that the vendor publishes, over what a template says. Thread-safe. */
final class Ed25519Signature implements SignatureScheme {
    static final String ALGORITHM = "Ed25519";
    private static final int LENGTH = 64;

    private final SignatureSettings settings;
    private final SignedParts parts;
    private final Jwks keys;

    Ed25519Signature(SignatureSettings settings, SignedParts parts, Jwks keys) {
        this.settings = settings;
        this.parts = parts;
        this.keys = keys;
    }

    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        SignedParts.Read read = parts.read(request);
        List<byte[]> signatures = read.signatures().stream()
                .map(this::decoded)
                .filter(s -> s.length == LENGTH)
                .toList();
        if (signatures.isEmpty()
                || !keys.any(key -> signatures.stream().anyMatch(s -> matches(key.key(), s, read.signed())))) {
            throw parts.mismatch();
        }
        return new Verdict(settings.coversBody(), read.id());
    }

    private byte[] decoded(String text) {
        try {
            return Texts.decode(settings.value().encoding(), text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    static boolean matches(PublicKey key, byte[] signature, byte[]... signed) {
        try {
            Signature verifier = Signature.getInstance(ALGORITHM);
            verifier.initVerify(key);
            for (byte[] piece : signed) {
                verifier.update(piece);
            }
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
