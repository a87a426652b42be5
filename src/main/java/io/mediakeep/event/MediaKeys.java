package io.mediakeep.event;

import io.mediakeep.digest.Digests;
import io.mediakeep.failure.FinalFailure;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * Makes a provider's id of an output a media key, {@code [A-Za-z0-9._-]{1,128}}. Ids of that form stay as they are, all
 * others become {@code sha256-} and the digest of their characters. Different ids give different keys: an id that
 * already looks like such a digest is digested too. Thread-safe.
 */
public final class MediaKeys {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern DIGESTED = Pattern.compile("sha256-[0-9a-f]{64}");

    private MediaKeys() {}

    /**
     * @param value non-empty text or a whole number
     * @throws FinalFailure with reason {@code id_invalid} for everything else
     */
    public static String of(Object value) {
        boolean text = value instanceof CharSequence;
        boolean whole = value instanceof Long || value instanceof Integer || value instanceof BigInteger;
        String id = text || whole ? value.toString() : "";
        if (id.isEmpty()) {
            throw new FinalFailure("id_invalid", "the id of an output must be text or a whole number, and not empty");
        }
        // Dots alone would be a step in a path.
        boolean keep =
                VALID.matcher(id).matches() && !DIGESTED.matcher(id).matches() && !id.equals(".") && !id.equals("..");
        return keep ? id : "sha256-" + digest(id);
    }

    /** Over the UTF-16 units: an encoder would make the same replacement of different broken surrogates. */
    private static String digest(String id) {
        byte[] units = new byte[id.length() * 2];
        for (int i = 0; i < id.length(); i++) {
            units[2 * i] = (byte) (id.charAt(i) >> 8);
            units[2 * i + 1] = (byte) id.charAt(i);
        }
        return Digests.sha256(units);
    }
}
