package io.mediakeep.signature;

import io.mediakeep.settings.SignatureSettings.Encoding;
import java.util.Base64;
import java.util.HexFormat;

/** Bytes as texts in headers and claims. */
final class Texts {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private Texts() {}

    /** Lower case, or with the padding that is usual for it. */
    static String encode(Encoding encoding, byte[] bytes) {
        return switch (encoding) {
            case HEX -> HexFormat.of().formatHex(bytes);
            case BASE64 -> Base64.getEncoder().encodeToString(bytes);
            case BASE64URL -> URL.encodeToString(bytes);
        };
    }

    /** @throws IllegalArgumentException if it is not what {@link #encode} would give: decoders take more than that */
    static byte[] decode(Encoding encoding, String text) {
        byte[] bytes = decodeAny(encoding, text);
        if (!encode(encoding, bytes).equals(text)) {
            throw new IllegalArgumentException("not canonical");
        }
        return bytes;
    }

    /** @throws IllegalArgumentException if it is none */
    static byte[] decodeAny(Encoding encoding, String text) {
        return switch (encoding) {
            case HEX -> HexFormat.of().parseHex(text);
            case BASE64 -> Base64.getDecoder().decode(text);
            case BASE64URL -> Base64.getUrlDecoder().decode(text);
        };
    }
}
