package io.mediakeep.signature;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC with one key. Immutable, thread-safe. */
public final class Hmac {
    private static final String SHA256 = "HmacSHA256";

    private final SecretKeySpec key;

    /** HMAC-SHA256. @param key raw bytes, at least one */
    Hmac(byte[] key) {
        this(SHA256, key);
    }

    /** @param algorithm as the platform names it, such as {@code HmacSHA512} */
    Hmac(String algorithm, byte[] key) {
        this.key = new SecretKeySpec(key, algorithm);
    }

    public static Hmac ofText(String key) {
        return new Hmac(key.getBytes(StandardCharsets.UTF_8));
    }

    byte[] sign(byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + key.getAlgorithm(), e);
        }
    }

    /** Of the text in UTF-8. */
    public byte[] sign(String text) {
        return sign(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Constant-time. The texts are compared, not what they decode to: decoders let several texts pass for one value.
     *
     * @param claimed what should be the padded standard base64 of {@code signature}
     */
    static boolean matches(byte[] signature, String claimed) {
        return isSame(Base64.getEncoder().encodeToString(signature), claimed);
    }

    /** Constant-time. */
    static boolean isSame(String expected, String claimed) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.UTF_8), claimed.getBytes(StandardCharsets.UTF_8));
    }
}
