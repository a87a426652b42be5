package io.mediakeep.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests as the ledger, the bucket and the signatures have them. Thread-safe. */
public final class Digests {
    private Digests() {}

    /** SHA-256 as 64 lower case hexadecimal digits. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(newSha256().digest(bytes));
    }

    public static MessageDigest newSha256() {
        return digest("SHA-256");
    }

    /** Only for what others made of it: it is no protection. */
    public static MessageDigest newMd5() {
        return digest("MD5");
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
