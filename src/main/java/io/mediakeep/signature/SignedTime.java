package io.mediakeep.signature;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;

/** Accepts signed times near the clock's, in both directions. Immutable, thread-safe. */
final class SignedTime {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,12}");

    private final long toleranceSeconds;
    private final Clock clock;

    SignedTime(Duration tolerance, Clock clock) {
        if (tolerance.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "the tolerance of signed times must be at least 1 s, but is " + tolerance);
        }
        this.toleranceSeconds = tolerance.toSeconds();
        this.clock = Objects.requireNonNull(clock);
    }

    /** @param epochSeconds 1 to 12 digits and nothing else */
    void check(String header, String epochSeconds) throws SignatureRejectedException {
        if (!DIGITS.matcher(epochSeconds).matches()) {
            throw SignatureRejectedException.invalid("header " + header + " must be seconds in 1 to 12 digits");
        }
        check(header, Instant.ofEpochSecond(Long.parseLong(epochSeconds)));
    }

    void check(String header, Instant signedAt) throws SignatureRejectedException {
        long gap = clock.instant().getEpochSecond() - signedAt.getEpochSecond();
        if (Math.abs(gap) > toleranceSeconds) {
            throw SignatureRejectedException.invalid("the time in header " + header + " is " + Math.abs(gap) + " s "
                    + (gap > 0 ? "old" : "ahead") + ", allowed are " + toleranceSeconds);
        }
    }
}
