package io.mediakeep.signature;

import io.mediakeep.settings.SignatureSettings;
import io.mediakeep.settings.SignatureSettings.Encoding;
import io.mediakeep.settings.SignatureSettings.KeyForm;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** HMAC with a secret over what a template says. Immutable, thread-safe. */
final class HmacSignature implements SignatureScheme {
    private static final String PREFIX = "whsec_";
    private static final int SHORTEST_KEY = 16;

    private final SignatureSettings settings;
    private final SignedParts parts;
    private final List<Hmac> keys;

    /**
     * @param secrets each one counts, so that the previous secret is accepted for as long as it is listed
     * @throws IllegalArgumentException if one is malformed
     */
    HmacSignature(SignatureSettings settings, SignedParts parts, List<String> secrets) {
        this.settings = settings;
        this.parts = parts;
        this.keys = secrets.stream().map(this::key).toList();
    }

    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        SignedParts.Read read = parts.read(request);
        boolean matches = false;
        for (Hmac key : keys) {
            String expected = Texts.encode(settings.value().encoding(), key.sign(read.signed()));
            for (String claimed : read.signatures()) {
                matches |= Hmac.isSame(expected, claimed);
            }
        }
        if (!matches) {
            throw parts.mismatch();
        }
        return new Verdict(settings.coversBody(), read.id());
    }

    private Hmac key(String secret) {
        KeyForm form = settings.keys().form();
        if (form == KeyForm.TEXT && secret.isBlank()) {
            throw new IllegalArgumentException("a signing secret must not be blank");
        }
        byte[] key = form == KeyForm.TEXT ? secret.getBytes(StandardCharsets.UTF_8) : decoded(form, secret);
        return new Hmac(settings.keys().algorithm().equals("sha512") ? "HmacSHA512" : "HmacSHA256", key);
    }

    private static byte[] decoded(KeyForm form, String secret) {
        boolean marked = form == KeyForm.WHSEC && secret.startsWith(PREFIX);
        String coding = form == KeyForm.HEX ? "hex" : "base64";
        byte[] key;
        try {
            key = Texts.decodeAny(
                    form == KeyForm.HEX ? Encoding.HEX : Encoding.BASE64,
                    marked ? secret.substring(PREFIX.length()) : secret);
        } catch (IllegalArgumentException e) {
            // Without the cause: its message quotes a character of the secret.
            throw new IllegalArgumentException("a signing secret must be "
                    + (form == KeyForm.WHSEC ? "whsec_ and base64, or base64 alone" : coding));
        }
        if (key.length < SHORTEST_KEY) {
            throw new IllegalArgumentException("a signing secret must hold at least " + SHORTEST_KEY + " bytes after "
                    + coding + " decoding, but holds " + key.length);
        }
        return key;
    }
}
