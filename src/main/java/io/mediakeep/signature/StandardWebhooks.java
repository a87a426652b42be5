package io.mediakeep.signature;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Standard Webhooks, symmetric: HMAC-SHA256 over id, time and body. Immutable, thread-safe. Source: Standard Webhooks
 * specification, "Signature scheme"; used by Kling once a secret exists in its console.
 */
public final class StandardWebhooks implements SignatureScheme {
    private static final String ID = "webhook-id";
    private static final String TIMESTAMP = "webhook-timestamp";
    private static final String SIGNATURE = "webhook-signature";
    private static final String PREFIX = "whsec_";
    private static final int SHORTEST_KEY = 16;
    private static final int MAX_ENTRIES = 16;

    /** No dot: the signed text is {@code id.timestamp.body} and would be ambiguous. */
    private static final Pattern VALID_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final List<Hmac> keys;
    private final SignedTime time;

    /**
     * @param secrets   {@code whsec_} and base64, or base64 alone, of at least 16 bytes; each one counts, so that the
     *     previous secret is accepted for as long as it is listed
     * @param tolerance largest accepted gap between the signed time and now; at least 1 s
     * @throws IllegalArgumentException if there is no secret, or one is malformed
     */
    public StandardWebhooks(List<String> secrets, Duration tolerance, Clock clock) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("standard-webhooks needs at least one signing secret");
        }
        this.keys = secrets.stream().map(StandardWebhooks::key).toList();
        this.time = new SignedTime(tolerance, clock);
    }

    /** @return a verdict that covers the body, with the id of the callback */
    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        if (!request.has(ID) && !request.has(TIMESTAMP) && !request.has(SIGNATURE)) {
            throw SignatureRejectedException.missing("standard-webhooks");
        }
        String id = request.single(ID);
        String timestamp = request.single(TIMESTAMP);
        String signatures = request.single(SIGNATURE);
        if (!VALID_ID.matcher(id).matches()) {
            throw SignatureRejectedException.invalid(
                    "header " + ID + " must be 1 to 128 letters, digits, hyphens or underscores");
        }
        time.check(TIMESTAMP, timestamp);
        // Limit 17: the rest stays one piece that nobody looks at.
        String[] entries = signatures.split(" ", MAX_ENTRIES + 1);
        byte[] head = (id + "." + timestamp + ".").getBytes(StandardCharsets.US_ASCII);
        boolean matches = false;
        for (Hmac key : keys) {
            byte[] expected = key.sign(head, request.body());
            for (int i = 0; i < Math.min(entries.length, MAX_ENTRIES); i++) {
                matches |= entries[i].startsWith("v1,") && Hmac.matches(expected, entries[i].substring(3));
            }
        }
        if (!matches) {
            throw SignatureRejectedException.invalid("no entry of header " + SIGNATURE + " matches");
        }
        return new Verdict(true, Optional.of(id));
    }

    private static Hmac key(String secret) {
        String text = secret.startsWith(PREFIX) ? secret.substring(PREFIX.length()) : secret;
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // Without the cause: its message quotes a character of the secret.
            throw new IllegalArgumentException("a signing secret must be whsec_ and base64, or base64 alone");
        }
        if (key.length < SHORTEST_KEY) {
            throw new IllegalArgumentException("a signing secret must hold at least " + SHORTEST_KEY
                    + " bytes after base64 decoding, but holds " + key.length);
        }
        return new Hmac(key);
    }
}
