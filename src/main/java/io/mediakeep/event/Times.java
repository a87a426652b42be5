package io.mediakeep.event;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the times in payloads; what makes no sense is empty, so that the caller uses its own clock. Thread-safe. */
public final class Times {
    static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    private static final Duration AHEAD = Duration.ofDays(3650);
    private static final long FIRST_MILLIS = 100_000_000_000L;
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,15}");
    private static final int LONGEST = 40;

    private Times() {}

    /**
     * Accepts seconds or milliseconds since the Unix epoch (1e11 and more are milliseconds) as whole number or digits,
     * and RFC 3339 text with a zone. Text without a zone is not guessed.
     *
     * @param value    as it stood in the payload; may be null
     * @param notAfter the time of receipt; times ten years (3,650 days) or more later are not believed
     * @return empty for everything else, also for times before the year 2000
     */
    public static Optional<Instant> read(Object value, Instant notAfter) {
        if (value instanceof Long || value instanceof Integer || value instanceof BigInteger) {
            return credible(epoch(value.toString()), notAfter);
        }
        if (value instanceof CharSequence text && text.length() <= LONGEST) {
            Optional<Instant> number = epoch(text.toString());
            return credible(number.isPresent() ? number : rfc3339(text.toString()), notAfter);
        }
        return Optional.empty();
    }

    private static Optional<Instant> epoch(String digits) {
        if (!DIGITS.matcher(digits).matches()) {
            return Optional.empty();
        }
        long value = Long.parseLong(digits);
        return Optional.of(value >= FIRST_MILLIS ? Instant.ofEpochMilli(value) : Instant.ofEpochSecond(value));
    }

    private static Optional<Instant> rfc3339(String text) {
        boolean blank = text.length() > 10 && text.charAt(10) == ' ';
        try {
            return Optional.of(OffsetDateTime.parse(blank ? text.replaceFirst(" ", "T") : text)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> credible(Optional<Instant> time, Instant notAfter) {
        return time.filter(at -> !at.isBefore(EARLIEST) && at.isBefore(notAfter.plus(AHEAD)));
    }
}
