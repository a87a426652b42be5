package io.mediakeep.signature;

import io.mediakeep.digest.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;

/** The secret part of a callback URL. Compared in constant time, whatever the lengths. Immutable, thread-safe. */
public final class PathToken {
    private static final int SHORTEST = 16;

    /** What needs no percent-encoding in a path, so that there is one spelling. */
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._~-]*");

    private final byte[] digest;

    /**
     * @param setting name of the setting, for the message
     * @throws IllegalArgumentException if the token has fewer than 16 characters, or others than letters, digits and
     *     {@code . _ ~ -}
     */
    public PathToken(String setting, String token) {
        if (token.length() < SHORTEST) {
            throw new IllegalArgumentException(
                    setting + " must have at least " + SHORTEST + " characters, but has " + token.length());
        }
        if (!VALID.matcher(token).matches()) {
            throw new IllegalArgumentException(setting + " may hold letters, digits and . _ ~ - only");
        }
        this.digest = sha256(token);
    }

    /** @param given last segment of the request path; null never matches */
    public boolean matches(String given) {
        return given != null && MessageDigest.isEqual(digest, sha256(given));
    }

    private static byte[] sha256(String text) {
        return Digests.newSha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }
}
