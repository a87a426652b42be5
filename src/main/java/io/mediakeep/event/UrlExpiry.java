package io.mediakeep.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads from a signed URL when it stops working, in the forms of the clouds and CDNs that keep media. Names count in any order
 * and any letter case. Where a CDN adds a time that only its own settings know, what the URL names is taken as the end: the
 * copy comes sooner for it, and a URL that still works is copied all the same. Thread-safe.
 */
public final class UrlExpiry {
    /** AWS, Google, Volcengine, Aliyun and Huawei, version 4: a date and a number of seconds. */
    private static final List<String> DATED = List.of("x-amz-", "x-goog-", "x-tos-", "x-oss-", "x-obs-");
    /** Seconds since the epoch: S3 version 2, OSS, OBS, GCS, CloudFront; Bunny; Fastly and others; Wangsu; Akamai. */
    private static final List<String> SECONDS =
            List.of("expires", "expire", "x-expires", "token_expires", "exp", "expiry", "x-obs-expires");
    /** Seconds, decimal or hexadecimal: Tencent type D and VOD, Wangsu, Tencent and Volcengine live, Huawei C, Qiniu. */
    private static final List<String> EITHER = List.of("t", "wstime", "txtime", "volctime", "timestamp", "e");
    /** Without one of these beside it, such a time may be anything. */
    private static final List<String> SIGNATURES =
            List.of("sign", "token", "wssecret", "txsecret", "volcsecret", "auth_key", "x-signature", "hash", "md5");
    /** Texts that begin with the seconds: type A of Aliyun, Huawei, Volcengine and Tencent, EdgeOne, Cloudflare. */
    private static final List<String> LEADING = List.of("auth_key", "sign", "verify", "token");
    /** Texts that hold {@code exp=<seconds>}: Akamai's tokens. */
    private static final List<String> TOKENS = List.of("hdnts", "hdnea", "__token__", "token", "__gda__");

    private static final DateTimeFormatter BASIC_UTC =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("uuuuMMddHHmm", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    /** Aliyun and Tencent write the times of their paths as in Beijing. */
    private static final ZoneOffset BEIJING = ZoneOffset.ofHours(8);

    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,12}");
    private static final Pattern HEX_SECONDS = Pattern.compile("(?i)(?:0x)?[3-9a-f][0-9a-f]{7}");
    private static final Pattern SIGN_TIME = Pattern.compile("[0-9]{1,12};([0-9]{1,12})");
    private static final Pattern LEADING_SECONDS = Pattern.compile("([0-9]{10})-.*");
    private static final Pattern TOKEN_END = Pattern.compile("(?:^|[~?&])exp(?:ires)?=([0-9]{10})(?:$|[~&])");
    private static final Pattern JWT = Pattern.compile("[A-Za-z0-9_-]+\\.([A-Za-z0-9_-]+)\\.[A-Za-z0-9_-]*");
    /** Type B: {@code /<time>/<md5>/}; type C: {@code /<md5>/<hex seconds>/}. */
    private static final Pattern PATH_B =
            Pattern.compile("(?i)https?://[^/]+/([0-9]{10}|[0-9]{12}|[0-9]{14})/(?:[0-9a-f]{32}|[0-9a-f]{64})/.*");

    private static final Pattern PATH_C =
            Pattern.compile("(?i)https?://[^/]+/(?:[0-9a-f]{32}|[0-9a-f]{64})/((?:0x)?[3-9a-f][0-9a-f]{7})/.*");
    /** Bunny's token as a part of the path. */
    private static final Pattern PATH_TOKEN = Pattern.compile("/bcdn_token=[^/]*[&;]expires=([0-9]{10})[&/].*");

    private static final ObjectMapper JSON = new ObjectMapper();

    private UrlExpiry() {}

    /**
     * @param url may be null or no URL at all
     * @return the earliest end that a signature names; empty where there is none or it makes no sense. Never throws.
     */
    public static Optional<Instant> of(String url) {
        if (url == null) {
            return Optional.empty();
        }
        String address = url.indexOf('#') < 0 ? url : url.substring(0, url.indexOf('#'));
        Map<String, String> query = query(address);
        Stream<Optional<Instant>> named = query.isEmpty()
                ? Stream.empty()
                : Stream.of(
                                DATED.stream().map(prefix -> dated(query, prefix)),
                                SECONDS.stream().map(name -> seconds(query.get(name))),
                                SIGNATURES.stream().noneMatch(query::containsKey)
                                        ? Stream.<Optional<Instant>>empty()
                                        : EITHER.stream().map(name -> either(query.get(name))),
                                LEADING.stream().map(name -> matched(LEADING_SECONDS, query.get(name))),
                                TOKENS.stream().map(name -> matched(TOKEN_END, query.get(name))),
                                query.values().stream().map(UrlExpiry::jwt),
                                Stream.of(
                                        query.containsKey("x-oss-date")
                                                ? Optional.<Instant>empty()
                                                : seconds(query.get("x-oss-expires")),
                                        matched(SIGN_TIME, query.get("q-sign-time")),
                                        matched(SIGN_TIME, query.get("q-key-time")),
                                        policy(query.get("policy")),
                                        azure(query.get("se"))))
                        .flatMap(each -> each);
        return Stream.concat(named, path(address))
                .flatMap(Optional::stream)
                .filter(at -> !at.isBefore(Times.EARLIEST) && at.isBefore(LATEST))
                .min(Instant::compareTo);
    }

    private static Optional<Instant> dated(Map<String, String> query, String prefix) {
        String date = query.get(prefix + "date");
        Optional<Long> life = number(query.get(prefix + "expires")).filter(seconds -> seconds > 0);
        return date == null || life.isEmpty()
                ? Optional.empty()
                : time(() -> LocalDateTime.parse(date, BASIC_UTC)
                        .toInstant(ZoneOffset.UTC)
                        .plusSeconds(life.get()));
    }

    private static Stream<Optional<Instant>> path(String address) {
        Matcher b = PATH_B.matcher(address);
        Matcher c = PATH_C.matcher(address);
        return Stream.of(
                !b.matches()
                        ? Optional.empty()
                        : b.group(1).length() == 10
                                ? seconds(b.group(1))
                                : time(() -> LocalDateTime.parse(b.group(1).substring(0, 12), MINUTES)
                                        .toInstant(BEIJING)),
                c.matches() ? either(c.group(1)) : Optional.empty(),
                matched(PATH_TOKEN, address));
    }

    /** The claim {@code exp} of a JSON Web Token, whatever its parameter is called. */
    private static Optional<Instant> jwt(String text) {
        Matcher token = JWT.matcher(text);
        return token.matches() ? json(token.group(1)).flatMap(claims -> seconds(claims.path("exp"))) : Optional.empty();
    }

    /** CloudFront's policy, which writes +, = and / as -, _ and ~. */
    private static Optional<Instant> policy(String text) {
        return text == null
                ? Optional.empty()
                : json(text.replace("_", "").replace('~', '_'))
                        .flatMap(policy -> seconds(policy.findPath("AWS:EpochTime")));
    }

    private static Optional<JsonNode> json(String base64) {
        try {
            return Optional.ofNullable(JSON.readTree(Base64.getUrlDecoder().decode(base64.replace("=", ""))));
        } catch (IllegalArgumentException | IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> seconds(JsonNode number) {
        return number.isNumber() ? seconds(number.asText()) : Optional.empty();
    }

    private static Optional<Instant> azure(String text) {
        return text == null
                ? Optional.empty()
                : time(() -> text.length() == 10
                        ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                        : OffsetDateTime.parse(text).toInstant());
    }

    private static Optional<Instant> matched(Pattern pattern, String text) {
        Matcher found = text == null ? null : pattern.matcher(text);
        return found != null && found.find() ? seconds(found.group(1)) : Optional.empty();
    }

    private static Optional<Instant> either(String text) {
        Optional<Instant> decimal = text != null && text.length() == 10 ? seconds(text) : Optional.empty();
        return decimal.isPresent() || text == null || !HEX_SECONDS.matcher(text).matches()
                ? decimal
                : Optional.of(Instant.ofEpochSecond(Long.parseLong(text.replaceFirst("(?i)^0x", ""), 16)));
    }

    private static Optional<Instant> seconds(String digits) {
        return number(digits).map(Instant::ofEpochSecond);
    }

    private static Optional<Long> number(String digits) {
        return Optional.ofNullable(digits)
                .filter(text -> DIGITS.matcher(text).matches())
                .map(Long::valueOf);
    }

    private interface Reading {
        Instant read();
    }

    private static Optional<Instant> time(Reading reading) {
        try {
            return Optional.of(reading.read());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Parameters by lower case name. One that is there twice with different values is worth nothing. */
    private static Map<String, String> query(String address) {
        Map<String, String> parameters = new HashMap<>();
        if (address.indexOf('?') < 0) {
            return parameters;
        }
        for (String pair : address.substring(address.indexOf('?') + 1).split("&")) {
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
