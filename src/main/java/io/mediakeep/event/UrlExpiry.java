package io.mediakeep.event;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads from a signed URL when it stops working. Knows the query parameters of AWS, Google, Volcengine and Aliyun
 * version 4 signatures, {@code Expires} of the older ones and of CloudFront, and Azure's {@code se}. Thread-safe.
 */
public final class UrlExpiry {
    private static final List<String> VERSION_4 = List.of("x-amz-", "x-goog-", "x-tos-", "x-oss-");
    private static final DateTimeFormatter BASIC_UTC =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,12}");

    private UrlExpiry() {}

    /**
     * @param url may be null or no URL at all
     * @return the earliest end that a signature in the query names; empty where there is none or it makes no sense.
     *     Never throws.
     */
    public static Optional<Instant> of(String url) {
        Map<String, String> query = query(url);
        if (query.isEmpty()) {
            return Optional.empty();
        }
        Stream<Optional<Instant>> version4 = VERSION_4.stream().map(prefix -> version4(query, prefix));
        Stream<Optional<Instant>> others = Stream.of(
                epochSeconds(query.get("expires")),
                query.containsKey("x-oss-date") ? Optional.empty() : epochSeconds(query.get("x-oss-expires")),
                azure(query.get("se")));
        return Stream.concat(version4, others)
                .flatMap(Optional::stream)
                .filter(at -> !at.isBefore(Times.EARLIEST) && at.isBefore(LATEST))
                .min(Instant::compareTo);
    }

    private static Optional<Instant> version4(Map<String, String> query, String prefix) {
        String date = query.get(prefix + "date");
        Optional<Long> seconds = number(query.get(prefix + "expires")).filter(life -> life > 0);
        if (date == null || seconds.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalDateTime.parse(date, BASIC_UTC)
                    .toInstant(ZoneOffset.UTC)
                    .plusSeconds(seconds.get()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> azure(String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    text.length() == 10
                            ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                            : OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> epochSeconds(String digits) {
        return number(digits).map(Instant::ofEpochSecond);
    }

    private static Optional<Long> number(String digits) {
        return Optional.ofNullable(digits)
                .filter(text -> DIGITS.matcher(text).matches())
                .map(Long::valueOf);
    }

    /** Parameters by lower case name. One that is there twice with different values is worth nothing. */
    private static Map<String, String> query(String url) {
        Map<String, String> parameters = new HashMap<>();
        String address = url == null ? "" : url;
        int end = address.indexOf('#');
        String plain = end < 0 ? address : address.substring(0, end);
        if (plain.indexOf('?') < 0) {
            return parameters;
        }
        for (String pair : plain.substring(plain.indexOf('?') + 1).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String name = decode(pair.substring(0, equals)).toLowerCase(Locale.ROOT);
                parameters.merge(name, decode(pair.substring(equals + 1)), (a, b) -> a.equals(b) ? a : "");
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
