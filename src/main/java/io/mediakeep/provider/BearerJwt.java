package io.mediakeep.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.signature.Hmac;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Bearer tokens for Kling's access key and secret key: a JWT with HS256, valid for 30 minutes and renewed after 15.
 * Thread-safe. Source: Kling documentation, "Authentication".
 */
public final class BearerJwt {
    private static final Duration LIFE = Duration.ofSeconds(1800);
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final Duration RENEW_AFTER = LIFE.dividedBy(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String accessKey;
    private final Hmac key;
    private final Clock clock;

    private volatile Issued current;

    private record Issued(String token, Instant at) {
        boolean usable(Instant now) {
            // Also renewed when the clock was set back: the token would not be valid yet.
            return !now.isBefore(at) && now.isBefore(at.plus(RENEW_AFTER));
        }
    }

    /** @throws IllegalArgumentException if a key is blank */
    public BearerJwt(String accessKey, String secretKey, Clock clock) {
        if (accessKey.isBlank() || secretKey.isBlank()) {
            throw new IllegalArgumentException("access key and secret key must both be set");
        }
        this.accessKey = accessKey;
        this.key = Hmac.ofText(secretKey);
        this.clock = Objects.requireNonNull(clock);
    }

    /** @return the token alone, without {@code Bearer}; valid for at least 15 more minutes */
    public String token() {
        Instant now = clock.instant();
        Issued issued = current;
        if (issued == null || !issued.usable(now)) {
            // Two threads may both issue one; either is as good.
            issued = new Issued(issue(now), now);
            current = issued;
        }
        return issued.token();
    }

    private String issue(Instant now) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", "HS256");
        header.put("typ", "JWT");
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", accessKey);
        claims.put("exp", now.plus(LIFE).getEpochSecond());
        claims.put("nbf", now.minus(SKEW).getEpochSecond());
        String content = encode(json(header)) + "." + encode(json(claims));
        return content + "." + encode(key.sign(content));
    }

    private static byte[] json(Map<String, Object> part) {
        try {
            return JSON.writeValueAsString(part).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts and numbers is always JSON", e);
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
