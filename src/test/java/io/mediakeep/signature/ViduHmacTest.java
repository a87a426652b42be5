package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViduHmacTest {
    private static final String TOKEN = "vda_test_0123456789abcdef";
    private static final String DATE = "Tue, 06 May 2025 12:09:42 GMT";
    private static final Instant NOW = Instant.parse("2025-05-06T12:09:42Z");
    private static final String NONCE = "123e4567-e89b-12d3-a456-426614174000";
    private static final String PATH = "/hooks/vidu";
    private static final String QUERY = "job=order-42";
    private static final String SIGNATURE = "XTPvVlC4vlhNinirc2J/MmdyyFUgYHUz1sz9tVt0tp0=";

    @ParameterizedTest(name = "{0}?{1}")
    @CsvSource({
        "/hooks/vidu, job=order-42, XTPvVlC4vlhNinirc2J/MmdyyFUgYHUz1sz9tVt0tp0=",
        "/vidu/callback, name=james&age=36, olW06pKE83r75pCAByfdBIREwS1Jxy44HlYHWAqSge4="
    })
    void acceptsKnownVectors(String path, String query, String signature) throws Exception {
        Map<String, List<String>> headers = with("X-HMAC-SIGNATURE", signature);

        Verdict verdict = scheme(NOW, null, TOKEN).verify(request("post", path, query, headers));

        assertThat(verdict.coversBody()).isFalse();
        assertThat(verdict.callbackId()).hasValue(NONCE);
    }

    @Test
    void triesEveryToken() throws Exception {
        assertThat(scheme(NOW, null, "other", TOKEN).verify(request(good())).callbackId())
                .hasValue(NONCE);
        assertThatThrownBy(() -> scheme(NOW, null, "other").verify(request(good())))
                .isInstanceOf(SignatureRejectedException.class);
    }

    @Test
    void verifiesAgainstPublicPath() throws Exception {
        assertThat(scheme(NOW, PATH, TOKEN)
                        .verify(request("POST", "/inner", QUERY, good()))
                        .callbackId())
                .hasValue(NONCE);
        assertThatThrownBy(() -> scheme(NOW, "/other", TOKEN).verify(request(good())))
                .isInstanceOf(SignatureRejectedException.class);
    }

    @Test
    void emptyPathIsSlashAndMissingQueryIsEmpty() throws Exception {
        String text = "POST\n/\n\nvidu\n" + DATE + "\nDate:" + DATE + "\nx-request-nonce:" + NONCE + "\n";
        Map<String, List<String>> headers = with("X-HMAC-SIGNATURE", sign(text));

        assertThat(scheme(NOW, null, TOKEN)
                        .verify(request("POST", "", null, headers))
                        .callbackId())
                .hasValue(NONCE);
    }

    @Test
    void keepsOrderAndCaseOfSignedHeaders() throws Exception {
        String text = "POST\n" + PATH + "\n" + QUERY + "\nvidu\n" + DATE + "\nX-Request-Nonce:" + NONCE + "\ndate:"
                + DATE + "\n";
        Map<String, List<String>> headers = with("X-HMAC-SIGNATURE", sign(text));
        headers.put("X-HMAC-SIGNED-HEADERS", List.of("X-Request-Nonce;date"));

        assertThat(scheme(NOW, null, TOKEN).verify(request(headers)).callbackId())
                .hasValue(NONCE);
    }

    @Test
    void unsignedNonceIsNoCallbackId() throws Exception {
        String text = "POST\n" + PATH + "\n" + QUERY + "\nvidu\n" + DATE + "\nDate:" + DATE + "\n";
        Map<String, List<String>> headers = with("X-HMAC-SIGNATURE", sign(text));
        headers.put("X-HMAC-SIGNED-HEADERS", List.of("Date"));

        assertThat(scheme(NOW, null, TOKEN).verify(request(headers)).callbackId())
                .isEmpty();
    }

    @Test
    void dateCountsWithinTolerance() throws Exception {
        assertThat(scheme(NOW.plusSeconds(300), null, TOKEN)
                        .verify(request(good()))
                        .callbackId())
                .hasValue(NONCE);
        assertThat(scheme(NOW.minusSeconds(300), null, TOKEN)
                        .verify(request(good()))
                        .callbackId())
                .hasValue(NONCE);
        for (long gap : new long[] {-301, 301}) {
            assertThatThrownBy(() -> scheme(NOW.plusSeconds(gap), null, TOKEN).verify(request(good())))
                    .isInstanceOf(SignatureRejectedException.class)
                    .hasMessageContaining("Date");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String row, SignedRequest request) {
        SignatureRejectedException refusal = catchThrowableOfType(
                SignatureRejectedException.class, () -> scheme(NOW, null, TOKEN).verify(request));

        assertThat(refusal).isNotNull();
        assertThat(refusal.unsigned()).isFalse();
        assertThat(refusal.getMessage()).doesNotContain(SIGNATURE, TOKEN, NONCE);
    }

    static Stream<Arguments> refuses() {
        String noDate = "POST\n" + PATH + "\n" + QUERY + "\nvidu\n" + DATE + "\nx-request-nonce:" + NONCE + "\n";
        Map<String, List<String>> dateNotSigned = with("X-HMAC-SIGNATURE", sign(noDate));
        dateNotSigned.put("X-HMAC-SIGNED-HEADERS", List.of("x-request-nonce"));
        String many = IntStream.range(0, 16).mapToObj(i -> "h" + i).collect(Collectors.joining(";", "", ";Date"));
        return Stream.of(
                arguments("other method", request("PUT", PATH, QUERY, good())),
                arguments("other path", request("POST", PATH + "/", QUERY, good())),
                arguments("other query", request("POST", PATH, "job=order-43", good())),
                arguments("sorted query", request("POST", "/vidu/callback", "age=36&name=james", good())),
                arguments("other nonce", request(with("x-request-nonce", "other"))),
                arguments("other date", request(with("Date", "Tue, 06 May 2025 12:09:43 GMT"))),
                arguments("date is no HTTP date", request(with("Date", "2025-05-06T12:09:42Z"))),
                arguments("wrong day of the week", request(with("Date", "Mon, 06 May 2025 12:09:42 GMT"))),
                arguments("date is not signed", request(dateNotSigned)),
                arguments("no signature", request(without("X-HMAC-SIGNATURE"))),
                arguments("no signed headers", request(without("X-HMAC-SIGNED-HEADERS"))),
                arguments("no algorithm", request(without("X-HMAC-ALGORITHM"))),
                arguments("no access key", request(without("X-HMAC-ACCESS-KEY"))),
                arguments("no date", request(without("Date"))),
                arguments("no nonce", request(without("x-request-nonce"))),
                arguments("other algorithm", request(with("X-HMAC-ALGORITHM", "hmac-md5"))),
                arguments("other access key", request(with("X-HMAC-ACCESS-KEY", "Vidu"))),
                arguments("empty header list", request(with("X-HMAC-SIGNED-HEADERS", ""))),
                arguments("header listed twice", request(with("X-HMAC-SIGNED-HEADERS", "Date;date"))),
                arguments("17 headers listed", request(manyHeaders(many))),
                arguments("A16 two signatures", request(twice("X-HMAC-SIGNATURE", "AAAA", SIGNATURE))),
                arguments("A17 two nonces", request(twice("x-request-nonce", NONCE, "other"))),
                arguments("A17 two dates", request(twice("Date", DATE, DATE))),
                arguments("line break in a signed header", request(with("x-request-nonce", "a\nb"))),
                arguments("line break in the path", request("POST", PATH + "\n" + QUERY, "", good())),
                arguments(
                        "A05 base64 of the same bytes", request(with("X-HMAC-SIGNATURE", SIGNATURE.replace("=", "")))));
    }

    @Test
    void tellsUnsignedFromWronglySigned() {
        Map<String, List<String>> headers = Map.of("Date", List.of(DATE));
        SignatureRejectedException refusal = catchThrowableOfType(
                SignatureRejectedException.class, () -> scheme(NOW, null, TOKEN).verify(request(headers)));

        assertThat(refusal.unsigned()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hooks", "/a?b=c", "/a#b", "/a b", ""})
    void refusesPublicPathThatIsNone(String path) {
        assertThatThrownBy(() -> scheme(NOW, path, TOKEN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesMissingTokens() {
        assertThatThrownBy(() -> scheme(NOW, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> scheme(NOW, null, TOKEN, " ")).isInstanceOf(IllegalArgumentException.class);
    }

    private static ViduHmac scheme(Instant now, String publicPath, String... tokens) {
        Clock clock = Clock.fixed(now, ZoneOffset.UTC);
        return new ViduHmac(List.of(tokens), Duration.ofMinutes(5), clock, publicPath);
    }

    private static SignedRequest request(Map<String, List<String>> headers) {
        return request("POST", PATH, QUERY, headers);
    }

    private static SignedRequest request(String method, String path, String query, Map<String, List<String>> headers) {
        return new SignedRequest(method, path, query, headers, new byte[] {'{', '}'});
    }

    private static String sign(String text) {
        return Base64.getEncoder().encodeToString(Hmac.ofText(TOKEN).sign(text));
    }

    private static Map<String, List<String>> good() {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Date", List.of(DATE));
        headers.put("x-request-nonce", List.of(NONCE));
        headers.put("X-HMAC-SIGNED-HEADERS", List.of("Date;x-request-nonce"));
        headers.put("X-HMAC-SIGNATURE", List.of(SIGNATURE));
        headers.put("X-HMAC-ALGORITHM", List.of("hmac-sha256"));
        headers.put("X-HMAC-ACCESS-KEY", List.of("vidu"));
        return headers;
    }

    private static Map<String, List<String>> with(String name, String value) {
        Map<String, List<String>> headers = good();
        headers.put(name, List.of(value));
        return headers;
    }

    private static Map<String, List<String>> without(String name) {
        Map<String, List<String>> headers = good();
        headers.remove(name);
        return headers;
    }

    private static Map<String, List<String>> twice(String name, String first, String second) {
        Map<String, List<String>> headers = good();
        headers.put(name, List.of(first, second));
        return headers;
    }

    /** Correctly signed, so that only the number of headers can be the reason. */
    private static Map<String, List<String>> manyHeaders(String list) {
        StringBuilder text = new StringBuilder("POST\n" + PATH + "\n" + QUERY + "\nvidu\n" + DATE + "\n");
        Map<String, List<String>> headers = good();
        for (String name : list.split(";")) {
            headers.putIfAbsent(name, List.of("x"));
            text.append(name).append(':').append(headers.get(name).get(0)).append('\n');
        }
        headers.put("X-HMAC-SIGNED-HEADERS", List.of(list));
        headers.put("X-HMAC-SIGNATURE", List.of(sign(text.toString())));
        return headers;
    }
}
