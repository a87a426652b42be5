package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StandardWebhooksTest {
    private static final Duration TOLERANCE = Duration.ofSeconds(300);
    private static final long SIGNED_AT = 1614265330;
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OTHER_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String BODY = "{\"test\": 2432232314}";
    private static final String BASE64 = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static final String VALID = "v1," + BASE64;

    @Test
    void a01AcceptsKnownVector() throws Exception {
        Verdict verdict = scheme(SIGNED_AT, SECRET).verify(request(BODY, good()));

        assertThat(verdict.coversBody()).isTrue();
        assertThat(verdict.callbackId()).hasValue(ID);
    }

    @Test
    void acceptsVectorOfKling() throws Exception {
        String body = "{\"id\":\"913827032734642185\",\"status\":\"succeeded\",\"message\":\"\","
                + "\"create_time\":1785901861504,\"update_time\":1785901921504,\"external_id\":\"order-42\","
                + "\"outputs\":[{\"type\":\"video\",\"id\":\"913827099999999999\","
                + "\"url\":\"https://media.example.test/kling/out.mp4\",\"watermark_url\":\"\","
                + "\"duration\":\"5.041\"}]}";
        Map<String, List<String>> headers =
                headers("8674665223082153551", "1785901922", "v1,SsrSL/s1+MzD17DO4QgiuGL2xsgAOzBI1fNZeL7mtn0=");

        Verdict verdict = scheme(1785901922, OTHER_SECRET).verify(request(body, headers));

        assertThat(verdict.callbackId()).hasValue("8674665223082153551");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void accepts(String row, Map<String, List<String>> headers, long now) throws Exception {
        assertThat(scheme(now, SECRET).verify(request(BODY, headers)).coversBody())
                .isTrue();
    }

    static Stream<Arguments> accepts() {
        return Stream.of(
                arguments("A06 one of several entries", with("signature", "v1,AAAA v2,AAAA " + VALID), SIGNED_AT),
                arguments("A09 sixteenth entry", with("signature", "v1,AAAA ".repeat(15) + VALID), SIGNED_AT),
                arguments("A12 299 s old", good(), SIGNED_AT + 299),
                arguments("A12 299 s ahead", good(), SIGNED_AT - 299),
                arguments("header names in capitals", upperCase(good()), SIGNED_AT));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String row, Map<String, List<String>> headers, long now) {
        SignatureRejectedException refusal = catchThrowableOfType(
                SignatureRejectedException.class, () -> scheme(now, SECRET).verify(request(BODY, headers)));

        assertThat(refusal).isNotNull();
        assertThat(refusal.unsigned()).isFalse();
        assertThat(refusal.getMessage()).doesNotContain(BASE64, ID).hasSizeLessThan(200);
    }

    static Stream<Arguments> refuses() {
        String changed = "v1," + BASE64.replace("1OE=", "1OF=");
        String signedText = "a.1614265330";
        String shifted = sign(SECRET, signedText + "." + SIGNED_AT + "." + BODY);
        return Stream.of(
                arguments("A02 no signature", without("signature"), SIGNED_AT),
                arguments("A03 no id", without("id"), SIGNED_AT),
                arguments("A04 no timestamp", without("timestamp"), SIGNED_AT),
                arguments("A05 last character changed, same bytes to a decoder", with("signature", changed), SIGNED_AT),
                arguments("A05 without padding", with("signature", VALID.replace("=", "")), SIGNED_AT),
                arguments("A07 unknown version", with("signature", "v2," + BASE64), SIGNED_AT),
                arguments("A07 no version", with("signature", BASE64), SIGNED_AT),
                arguments("A08 blank inside", with("signature", VALID.replace("SsE", "Ss E")), SIGNED_AT),
                arguments("A08 line break inside", with("signature", VALID.replace("SsE", "Ss\nE")), SIGNED_AT),
                arguments(
                        "A09 200 wrong entries",
                        with("signature", "v1,AAAA ".repeat(200).strip()),
                        SIGNED_AT),
                arguments("A09 right one is the 17th", with("signature", "v1,AAAA ".repeat(16) + VALID), SIGNED_AT),
                arguments("A09 only blanks", with("signature", " ".repeat(8000)), SIGNED_AT),
                arguments("A10 301 s old", good(), SIGNED_AT + 301),
                arguments("A11 301 s ahead", good(), SIGNED_AT - 301),
                arguments("A13 fraction", with("timestamp", "1614265330.5"), SIGNED_AT),
                arguments("A13 plus sign", with("timestamp", "+1614265330"), SIGNED_AT),
                arguments("A13 hexadecimal", with("timestamp", "0x60379C32"), SIGNED_AT),
                arguments("A13 other digits", with("timestamp", "\u0661\u0666\u0661\u0664"), SIGNED_AT),
                arguments("A13 empty", with("timestamp", ""), SIGNED_AT),
                arguments("A14 20 digits", with("timestamp", "16142653301614265330"), SIGNED_AT),
                arguments("A14 12 digits", with("timestamp", "999999999999"), SIGNED_AT),
                arguments("A16 two signatures", twice("signature", "v1,AAAA", VALID), SIGNED_AT),
                arguments("A16 the same in another spelling", spelledTwice("signature", VALID), SIGNED_AT),
                arguments("A17 two ids", twice("id", ID, "msg_2"), SIGNED_AT),
                arguments("A17 two timestamps", twice("timestamp", "1614265330", "1614265330"), SIGNED_AT),
                arguments("A18 dot in id", headers(signedText, "" + SIGNED_AT, shifted), SIGNED_AT),
                arguments("A18 empty id", headers("", "" + SIGNED_AT, VALID), SIGNED_AT),
                arguments("A18 id of 129", headers("a".repeat(129), "" + SIGNED_AT, VALID), SIGNED_AT));
    }

    @Test
    void a15RefusesRewrittenBody() {
        assertThatThrownBy(() -> scheme(SIGNED_AT, SECRET).verify(request("{\"test\":  2432232314}", good())))
                .isInstanceOf(SignatureRejectedException.class);
    }

    @Test
    void a19AcceptsPreviousSecretWhileItIsListed() throws Exception {
        assertThat(scheme(SIGNED_AT, OTHER_SECRET, SECRET)
                        .verify(request(BODY, good()))
                        .coversBody())
                .isTrue();
        assertThatThrownBy(() -> scheme(SIGNED_AT, OTHER_SECRET).verify(request(BODY, good())))
                .isInstanceOf(SignatureRejectedException.class);
    }

    @Test
    void tellsUnsignedFromWronglySigned() {
        SignatureRejectedException refusal = catchThrowableOfType(
                SignatureRejectedException.class,
                () -> scheme(SIGNED_AT, SECRET).verify(request(BODY, Map.of("accept", List.of("*/*")))));

        assertThat(refusal.unsigned()).isTrue();
    }

    @Test
    void acceptsSecretWithoutPrefix() throws Exception {
        assertThat(scheme(SIGNED_AT, SECRET.substring(6))
                        .verify(request(BODY, good()))
                        .coversBody())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"whsec_", "", "whsec_!!!!", "whsec_c2hvcnQ=", "hunter2-hunter2-hunter2-hunter2"})
    void refusesMalformedSecretWithoutRepeatingIt(String secret) {
        assertThatThrownBy(() -> scheme(SIGNED_AT, secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageStartingWith("a signing secret must")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("!!!!", "c2hvcnQ", "hunter2"));
    }

    @Test
    void refusesSettingsThatCannotWork() {
        assertThatThrownBy(
                        () -> TestSignature.of("standard-webhooks", List.of(SECRET), Duration.ZERO, Clock.systemUTC()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }

    private static SignatureScheme scheme(long now, String... secrets) {
        Clock clock = Clock.fixed(Instant.ofEpochSecond(now, 999_999_999), ZoneOffset.UTC);
        return TestSignature.of("standard-webhooks", List.of(secrets), TOLERANCE, clock);
    }

    private static SignedRequest request(String body, Map<String, List<String>> headers) {
        return new SignedRequest(
                "POST", "/callbacks/kling/token", null, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String sign(String secret, String text) {
        Hmac key = new Hmac(Base64.getDecoder().decode(secret.substring(6)));
        return "v1," + Base64.getEncoder().encodeToString(key.sign(text));
    }

    private static Map<String, List<String>> headers(String id, String timestamp, String signature) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("webhook-id", List.of(id));
        headers.put("webhook-timestamp", List.of(timestamp));
        headers.put("webhook-signature", List.of(signature));
        return headers;
    }

    private static Map<String, List<String>> good() {
        return headers(ID, "" + SIGNED_AT, VALID);
    }

    private static Map<String, List<String>> with(String name, String value) {
        Map<String, List<String>> headers = good();
        headers.put("webhook-" + name, List.of(value));
        return headers;
    }

    private static Map<String, List<String>> without(String name) {
        Map<String, List<String>> headers = good();
        headers.remove("webhook-" + name);
        return headers;
    }

    private static Map<String, List<String>> twice(String name, String first, String second) {
        Map<String, List<String>> headers = good();
        headers.put("webhook-" + name, List.of(first, second));
        return headers;
    }

    private static Map<String, List<String>> spelledTwice(String name, String value) {
        Map<String, List<String>> headers = good();
        headers.put("Webhook-" + name, List.of(value));
        return headers;
    }

    private static Map<String, List<String>> upperCase(Map<String, List<String>> headers) {
        Map<String, List<String>> upper = new HashMap<>();
        headers.forEach((name, value) -> upper.put(name.toUpperCase(Locale.ROOT), value));
        return upper;
    }
}
