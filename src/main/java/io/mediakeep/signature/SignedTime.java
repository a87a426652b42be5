package io.mediakeep.signature;

import io.mediakeep.settings.SignatureSettings.Unit;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.regex.Pattern;

/** Accepts signed times near the clock's, in both directions. Immutable, thread-safe. */
final class SignedTime {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
    private static final Pattern MILLISECONDS = Pattern.compile("[0-9]{1,15}");

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

    void check(String header, String text, Unit unit) throws SignatureRejectedException {
        check(
                header,
                switch (unit) {
                    case S -> Instant.ofEpochSecond(number(header, text, SECONDS, "seconds in 1 to 12 digits"));
                    case MS ->
                        Instant.ofEpochMilli(number(header, text, MILLISECONDS, "milliseconds in 1 to 15 digits"));
                    case RFC3339 -> moment(header, text);
                });
    }

    private static long number(String header, String text, Pattern form, String expected)
            throws SignatureRejectedException {
        if (!form.matcher(text).matches()) {
            throw SignatureRejectedException.invalid("header " + header + " must be " + expected);
        }
        return Long.parseLong(text);
    }

    private static Instant moment(String header, String text) throws SignatureRejectedException {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw SignatureRejectedException.invalid(
                    "header " + header + " must be a time such as 2026-01-02T03:04:05Z");
        }
    }

    void check(String header, Instant signedAt) throws SignatureRejectedException {
        long gap = clock.instant().getEpochSecond() - signedAt.getEpochSecond();
        if (Math.abs(gap) > toleranceSeconds) {
            throw SignatureRejectedException.invalid("the time in header " + header + " is " + Math.abs(gap) + " s "
                    + (gap > 0 ? "old" : "ahead") + ", allowed are " + toleranceSeconds);
        }
    }

    /** Beyond the tolerance. */
    boolean isPast(Instant time) {
        return time.getEpochSecond() + toleranceSeconds < clock.instant().getEpochSecond();
    }

    /** Beyond the tolerance. */
    boolean isAhead(Instant time) {
        return time.getEpochSecond() - toleranceSeconds > clock.instant().getEpochSecond();
    }
}
