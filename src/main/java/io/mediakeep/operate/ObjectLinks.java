package io.mediakeep.operate;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Links to stored media that a browser can follow, which sends no token with a picture. A link is good for one media and for 15
 * to 30 minutes; who has it needs nothing else. It stays the same for 15 minutes, so that a page does not load anew.
 * Thread-safe.
 */
public final class ObjectLinks {
    private static final String HMAC = "HmacSHA256";
    private static final long STEP_SECONDS = 15 * 60L;

    private final SecretKeySpec key;
    private final Clock clock;

    /** @param token of the API; nodes that have the same one take each other's links */
    public ObjectLinks(String token, Clock clock) {
        this.key = new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), HMAC);
        this.clock = clock;
    }

    /** The path and query of a link to this media. */
    public String link(String provider, String taskId, String mediaKey) {
        long until = (clock.instant().getEpochSecond() / STEP_SECONDS + 2) * STEP_SECONDS;
        return "/api/object?provider=" + encode(provider) + "&task=" + encode(taskId) + "&media=" + encode(mediaKey)
                + "&until=" + until + "&proof=" + proof(provider, taskId, mediaKey, until);
    }

    /** Whether such a link was given out by us and is still good. */
    boolean isGood(String provider, String taskId, String mediaKey, String until, String proof) {
        if (until == null || proof == null || !until.matches("\\d{1,12}")) {
            return false;
        }
        long end = Long.parseLong(until);
        byte[] expected = proof(provider, taskId, mediaKey, end).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(expected, proof.getBytes(StandardCharsets.UTF_8))
                && clock.instant().getEpochSecond() < end;
    }

    private String proof(String provider, String taskId, String mediaKey, long until) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            // None of these has a line break, so nothing can be moved from one to the next.
            String said = String.join("\n", "object link", provider, taskId, mediaKey, Long.toString(until));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(said.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
