package io.mediakeep.signature;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Vidu's callback signature: HMAC-SHA256 over method, path, query and chosen headers, with the API token that created
 * the task as key. It does not cover the body. Immutable, thread-safe. Source: Vidu documentation, "Callback
 * signature"; the query is taken in the given order, as in the vendor's example.
 */
public final class ViduHmac implements SignatureScheme {
    private static final String SIGNATURE = "X-HMAC-SIGNATURE";
    private static final String SIGNED_HEADERS = "X-HMAC-SIGNED-HEADERS";
    private static final String ALGORITHM = "X-HMAC-ALGORITHM";
    private static final String ACCESS_KEY = "X-HMAC-ACCESS-KEY";
    private static final String DATE = "Date";
    private static final String NONCE = "x-request-nonce";
    private static final String VIDU = "vidu";
    private static final int MAX_SIGNED_HEADERS = 16;
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern VALID_NONCE = Pattern.compile("[\\x21-\\x7E]{1,128}");

    /** A line break would let text move from one line of the signed text to another. */
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0A-\\x1F\\x7F]");

    private final List<Hmac> keys;
    private final SignedTime time;
    private final String publicPath;

    /**
     * @param apiTokens        every token whose tasks call back here; each is tried
     * @param tolerance        largest accepted gap between {@code Date} and now; at least 1 s
     * @param publicPathOrNull path of the callback URL as Vidu knows it, where a proxy rewrites the path; else null
     * @throws IllegalArgumentException if there is no token, one is blank, or the path is not absolute
     */
    public ViduHmac(List<String> apiTokens, Duration tolerance, Clock clock, String publicPathOrNull) {
        if (apiTokens.isEmpty() || apiTokens.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("vidu needs at least one API token, and none may be blank");
        }
        if (publicPathOrNull != null && !publicPathOrNull.matches("/[\\x21-\\x7E&&[^?#]]*")) {
            throw new IllegalArgumentException(
                    "the public callback path must begin with / and hold neither query nor blanks");
        }
        this.keys = apiTokens.stream().map(Hmac::ofText).toList();
        this.time = new SignedTime(tolerance, clock);
        this.publicPath = publicPathOrNull;
    }

    /** @return a verdict that does not cover the body; its callback id is the nonce, if that was signed */
    @Override
    public Verdict verify(SignedRequest request) throws SignatureRejectedException {
        if (!request.has(SIGNATURE)
                && !request.has(SIGNED_HEADERS)
                && !request.has(ALGORITHM)
                && !request.has(ACCESS_KEY)) {
            throw SignatureRejectedException.missing(VIDU);
        }
        String signature = request.single(SIGNATURE);
        String[] names = request.single(SIGNED_HEADERS).split(";", MAX_SIGNED_HEADERS + 1);
        if (!request.single(ALGORITHM).equalsIgnoreCase("hmac-sha256")) {
            throw SignatureRejectedException.invalid("header " + ALGORITHM + " must be hmac-sha256");
        }
        if (!request.single(ACCESS_KEY).equals(VIDU)) {
            throw SignatureRejectedException.invalid("header " + ACCESS_KEY + " must be " + VIDU);
        }
        String date = request.single(DATE);
        String headerLines = headerLines(request, names);
        time.check(DATE, instant(date));
        Optional<String> nonce = nonce(request, names);

        String local = request.path().isEmpty() ? "/" : request.path();
        String signed = line(request.method().toUpperCase(Locale.ROOT))
                + line(publicPath == null ? local : publicPath)
                + line(request.rawQuery())
                + line(VIDU)
                + line(date)
                + headerLines;
        boolean matches = false;
        for (Hmac key : keys) {
            matches |= Hmac.matches(key.sign(signed), signature);
        }
        if (!matches) {
            throw SignatureRejectedException.invalid("header " + SIGNATURE + " does not match");
        }
        return new Verdict(false, nonce);
    }

    /** Order and letter case are those of the list. */
    private static String headerLines(SignedRequest request, String[] names) throws SignatureRejectedException {
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        StringBuilder lines = new StringBuilder();
        for (String name : names) {
            if (!HEADER_NAME.matcher(name).matches() || !seen.add(name) || seen.size() > MAX_SIGNED_HEADERS) {
                throw SignatureRejectedException.invalid("header " + SIGNED_HEADERS + " must list at most "
                        + MAX_SIGNED_HEADERS + " different header names");
            }
            lines.append(line(name + ":" + request.single(name)));
        }
        if (!seen.contains(DATE)) {
            throw SignatureRejectedException.invalid("header " + SIGNED_HEADERS + " must list " + DATE);
        }
        return lines.toString();
    }

    private static Optional<String> nonce(SignedRequest request, String[] names) throws SignatureRejectedException {
        for (String name : names) {
            if (name.equalsIgnoreCase(NONCE)) {
                String nonce = request.single(NONCE);
                if (!VALID_NONCE.matcher(nonce).matches()) {
                    throw SignatureRejectedException.invalid(
                            "header " + NONCE + " must be 1 to 128 visible ASCII characters");
                }
                return Optional.of(nonce);
            }
        }
        return Optional.empty();
    }

    private static Instant instant(String date) throws SignatureRejectedException {
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
        } catch (DateTimeException e) {
            throw SignatureRejectedException.invalid("header " + DATE + " must be an HTTP date");
        }
    }

    private static String line(String text) throws SignatureRejectedException {
        if (CONTROL.matcher(text).find()) {
            throw SignatureRejectedException.invalid("a signed part of the request holds control characters");
        }
        return text + "\n";
    }
}
