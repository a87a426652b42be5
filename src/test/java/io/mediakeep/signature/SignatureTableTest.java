package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mediakeep.settings.SignatureSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every recipe and every scheme goes through the same refusals; what they must be is signed by {@link Sender}. */
class SignatureTableTest {
    private static final long NOW = 1_785_901_922;
    private static final Duration TOLERANCE = Duration.ofSeconds(300);
    private static final String BODY = "{\"data\":{\"task_id\":\"t-1\"}}";
    private static final String OTHER_BODY = "{\"data\":{\"task_id\":\"t-1\"} }";

    private final Hand clock = new Hand();
    private final Publisher publisher = new Publisher();

    @Test
    void everySchemeAndRecipeIsInTheTable() {
        Set<String> tested = Stream.of(Sender.values())
                .map(sender -> sender.settings.get("signature"))
                .collect(Collectors.toSet());
        Set<String> others = Set.of("ed25519", "static", "none");

        // The schemes that are tested by recipes of theirs, and the one that checks nothing.
        assertThat(TestSignature.words()).allMatch(word -> tested.contains(word) || others.contains(word));
    }

    @ParameterizedTest
    @EnumSource
    void acceptsTheRightOne(Sender sender) throws Exception {
        Verdict verdict = scheme(sender, 0).verify(request(sender.headers(0, NOW, BODY), BODY));

        assertThat(verdict.coversBody()).isEqualTo(sender.coversBody);
        assertThat(settings(sender).coversBody()).isEqualTo(sender.coversBody);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAnotherKey(Sender sender) {
        refuses(scheme(sender, 0), sender.headers(1, NOW, BODY), BODY);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAShiftedBodyThatIsCovered(Sender sender) throws Exception {
        Map<String, String> headers = sender.headers(0, NOW, BODY);
        if (sender.coversBody) {
            refuses(scheme(sender, 0), headers, OTHER_BODY);
        } else {
            assertThat(scheme(sender, 0).verify(request(headers, OTHER_BODY)).coversBody())
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("timed")
    void refusesAReplayAndATimeAhead(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 0);
        boolean token =
                sender.header.equals("Webhook-Signature") && sender == Sender.GEMINI || sender == Sender.JWT_OVER_BODY;
        // A token ends a minute after it was issued.
        long late = 300 + (token ? 60 : 0);

        assertThat(scheme.verify(request(sender.headers(0, NOW - late, BODY), BODY)))
                .isNotNull();
        refuses(scheme, sender.headers(0, NOW - late - 1, BODY), BODY);
        assertThat(scheme.verify(request(sender.headers(0, NOW + 300, BODY), BODY)))
                .isNotNull();
        refuses(scheme, sender.headers(0, NOW + 301, BODY), BODY);
    }

    @ParameterizedTest
    @MethodSource("timed")
    void takesAToleranceOfItsOwn(Sender sender) throws Exception {
        Map<String, String> values = new HashMap<>(sender.settings);
        values.put("signature-tolerance", "10s");
        publisher.text = sender.jwks(0);
        SignatureScheme scheme = schemes().of(TestSignature.settings(values), sender.secrets(0), null);

        assertThat(scheme.verify(request(sender.headers(0, NOW + 10, BODY), BODY)))
                .isNotNull();
        refuses(scheme, sender.headers(0, NOW + 11, BODY), BODY);
    }

    @ParameterizedTest
    @EnumSource
    void acceptsBothKeysWhileOneIsReplaced(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 1, 0);

        assertThat(scheme.verify(request(sender.headers(0, NOW, BODY), BODY))).isNotNull();
        assertThat(scheme.verify(request(sender.headers(1, NOW, BODY), BODY))).isNotNull();
        refuses(scheme, sender.headers(2, NOW, BODY), BODY);
        String first = sender.headers(0, NOW, BODY).get(sender.header);
        String second = sender.headers(1, NOW, BODY).get(sender.header);
        String joined = sender.joined(first, second);
        if (joined != null) {
            Map<String, String> headers = sender.headers(0, NOW, BODY);
            headers.put(sender.header, joined);
            assertThat(scheme(sender, 0).verify(request(headers, BODY))).isNotNull();
            assertThat(scheme(sender, 1).verify(request(headers, BODY))).isNotNull();
            refuses(scheme(sender, 2), headers, BODY);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesEachHeaderThatIsTwiceMissingOrMalformed(Sender sender) {
        SignatureScheme scheme = scheme(sender, 0);
        Map<String, String> good = sender.headers(0, NOW, BODY);
        for (String name : good.keySet()) {
            Map<String, List<String>> twice = lines(good);
            twice.put(name, List.of(good.get(name), good.get(name)));
            refuses(scheme, twice, BODY);
            Map<String, List<String>> without = lines(good);
            without.remove(name);
            refuses(scheme, without, BODY);
            for (String value : List.of("", " ", "x".repeat(9_000), good.get(name) + "\u00e9", "\u0661", "\n", "==")) {
                Map<String, List<String>> wrong = lines(good);
                wrong.put(name, List.of(value));
                refuses(scheme, wrong, BODY);
            }
        }
        refuses(scheme, new TreeMap<String, List<String>>(), BODY);
        assertThat(refusal(scheme, new TreeMap<>(), BODY).unsigned()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void refusesASignatureInAnotherSpelling(Sender sender) {
        SignatureScheme scheme = scheme(sender, 0);
        Map<String, String> good = sender.headers(0, NOW, BODY);
        String value = good.get(sender.header);
        char last = value.charAt(value.length() - 1);
        for (String other : List.of(
                value + "=",
                value.substring(0, value.length() - 1),
                value.substring(0, value.length() - 1) + (last == 'a' ? 'b' : 'a'),
                "x" + value,
                value + "\t")) {
            Map<String, String> headers = new TreeMap<>(good);
            headers.put(sender.header, other);
            refuses(scheme, headers, BODY);
        }
    }

    @ParameterizedTest
    @MethodSource("publishing")
    void learnsOfReplacedKeysOnceAMinute(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 0);
        scheme.verify(request(sender.headers(0, NOW, BODY), BODY));
        publisher.text = sender.jwks(1);

        refuses(scheme, sender.headers(1, NOW, BODY), BODY);
        assertThat(publisher.calls).isEqualTo(1);
        clock.now = NOW + 60;
        assertThat(scheme.verify(request(sender.headers(1, NOW, BODY), BODY))).isNotNull();
        assertThat(publisher.calls).isEqualTo(2);
        // The old one is no longer published.
        refuses(scheme, sender.headers(0, NOW, BODY), BODY);
        assertThat(publisher.calls).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("publishing")
    void readsKeysAgainAfterAnHour(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 0, 1);
        scheme.verify(request(sender.headers(0, NOW, BODY), BODY));
        publisher.text = sender.jwks(1);
        clock.now = NOW + 3_600;

        refuses(scheme, sender.headers(0, NOW + 3_600, BODY), BODY);
        assertThat(publisher.calls).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("publishing")
    void goesOnWithKnownKeysWhileTheirPublisherIsAway(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 0);
        scheme.verify(request(sender.headers(0, NOW, BODY), BODY));
        for (String trouble :
                new String[] {null, "", "{", "{\"keys\":[]}", "[]", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}"}) {
            publisher.text = trouble;
            clock.now += 3_600;

            assertThat(scheme.verify(request(sender.headers(0, clock.now, BODY), BODY)))
                    .as(trouble)
                    .isNotNull();
            // It may be signed with a new key.
            assertThatThrownBy(() -> scheme.verify(request(sender.headers(1, clock.now, BODY), BODY)))
                    .isInstanceOf(KeysAwayException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("publishing")
    void asksForAnotherTryWhileThereWasNeverAKey(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 0);
        publisher.text = null;
        Map<String, String> headers = sender.headers(0, NOW, BODY);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> scheme.verify(request(headers, BODY))).isInstanceOf(KeysAwayException.class);
        }
        assertThat(publisher.calls).isEqualTo(1);
        publisher.text = sender.jwks(0);
        clock.now = NOW + 5;
        assertThat(scheme.verify(request(headers, BODY))).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"GEMINI", "JWT_OVER_BODY"})
    void refusesEveryAlgorithmButTheOneThatIsSet(Sender sender) throws Exception {
        SignatureScheme scheme = scheme(sender, 0);
        String claims = sender == Sender.GEMINI ? "" : ",\"body_hash\":\"" + Sender.url(Sender.sha256(BODY)) + "\"";
        String prefix = sender == Sender.GEMINI ? "" : "Bearer ";
        String right = Sender.token("RS256", 0, NOW, claims);
        assertThat(scheme.verify(request(Map.of(sender.header, prefix + right), BODY)))
                .isNotNull();

        String signature = right.substring(right.lastIndexOf('.'));
        for (String token : List.of(
                Sender.content("none", 0, NOW, claims) + ".",
                Sender.content("None", 0, NOW, claims) + signature,
                Sender.content("none", 0, NOW, claims) + signature,
                Sender.token("RS512", 0, NOW, claims),
                Sender.token("PS256", 0, NOW, claims),
                Sender.token("ES256", 0, NOW, claims),
                Sender.confused(0, NOW, claims),
                Sender.token("", 0, NOW, claims),
                right + ".",
                right.substring(0, right.lastIndexOf('.')),
                right.substring(0, right.lastIndexOf('.')) + "."
                        + Sender.token("RS256", 0, NOW - 1, claims).replaceFirst(".*\\.", ""))) {
            refuses(scheme, Map.of(sender.header, prefix + token), BODY);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            accepted                 | {"iss":"vendor","aud":["theirs","ours"],"iat":0,"exp":60}
            accepted                 | {"iss":"vendor","aud":"ours","exp":-300}
            accepted                 | {"iss":"vendor","aud":"ours","iat":-300}
            accepted                 | {"iss":"vendor","aud":"ours","iat":0,"nbf":300}
            has neither exp nor iat  | {"iss":"vendor","aud":"ours"}
            has neither exp nor iat  | {"iss":"vendor","aud":"ours","nbf":0}
            has expired              | {"iss":"vendor","aud":"ours","exp":-301}
            is 301 s old             | {"iss":"vendor","aud":"ours","iat":-301}
            is not valid yet         | {"iss":"vendor","aud":"ours","iat":301,"exp":600}
            is not valid yet         | {"iss":"vendor","aud":"ours","exp":600,"nbf":301}
            is of another issuer     | {"iss":"another","aud":"ours","exp":0}
            is of another issuer     | {"aud":"ours","exp":0}
            is for another audience  | {"iss":"vendor","aud":"theirs","exp":0}
            is for another audience  | {"iss":"vendor","aud":[],"exp":0}
            is for another audience  | {"iss":"vendor","exp":0}
            must hold a signed JWT   | {"iss":"vendor","aud":"ours","exp":"never"}
            must hold a signed JWT   | {"iss":"vendor","aud":"ours","exp":0,"exp":0}
            has neither exp nor iat  | []
            """)
    void looksAtTheClaimsOfAToken(String said, String claims) throws Exception {
        // A number is seconds from now.
        String dated = Pattern.compile("(:)(-?\\d+)")
                .matcher(claims)
                .replaceAll(match -> ":" + (NOW + Long.parseLong(match.group(2))));
        String token = Sender.jws(0, Sender.part("{\"alg\":\"RS256\"}") + "." + Sender.part(dated));
        Map<String, String> headers = Map.of("Webhook-Signature", token);
        SignatureScheme scheme = scheme(Sender.GEMINI, 0);

        if (said.equals("accepted")) {
            assertThat(scheme.verify(request(headers, BODY))).isNotNull();
        } else {
            assertThat(refusal(scheme, lines(headers), BODY)).hasMessageContaining(said);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"alg\":\"RS256\",\"crit\":[\"x\"],\"x\":1}",
                "{\"alg\":\"RS256\",\"b64\":false,\"crit\":[\"b64\"]}",
                "{\"alg\":\"RS256\",\"kid\":\"k1\"}",
                "{\"kid\":\"k0\"}",
                "{\"alg\":\"RS256\",\"alg\":\"RS256\"}"
            })
    void refusesATokenWhoseHeadDemandsWhatWeCannotGive(String head) {
        String claims = "{\"iss\":\"vendor\",\"aud\":\"ours\",\"exp\":" + NOW + "}";
        String token = Sender.jws(0, Sender.part(head) + "." + Sender.part(claims));

        refuses(scheme(Sender.GEMINI, 0), Map.of("Webhook-Signature", token), BODY);
    }

    @Test
    void takesNoKeyThatIsForSomethingElse() {
        SignatureScheme scheme = scheme(Sender.GEMINI, 0);
        String good = Sender.GEMINI.jwks(0);
        for (String other : List.of(
                good.replace("\"use\":\"sig\"", "\"use\":\"enc\""),
                good.replace("\"alg\":\"RS256\"", "\"alg\":\"RS512\""))) {
            publisher.text = other;
            assertThatThrownBy(() -> scheme.verify(request(Sender.GEMINI.headers(0, clock.now, BODY), BODY)))
                    .isInstanceOf(KeysAwayException.class);
            clock.now += 5;
        }
    }

    @Test
    void refusesAValueThatCouldBeMovedIntoItsNeighbour() {
        Map<String, String> values = Map.of(
                "signature", "hmac",
                "signature-header", "X-Signature",
                "signature-content", "{header.A}.{header.B}.{body}");
        SignatureScheme scheme = schemes().of(TestSignature.settings(values), List.of("a-secret"), null);
        String signature = "ab0ed8e1";
        refuses(scheme, Map.of("A", "a.b", "B", "c", "X-Signature", signature), BODY);
        assertThat(refusal(scheme, lines(Map.of("A", "a.b", "B", "c", "X-Signature", signature)), BODY))
                .hasMessage("header A holds what parts the signed values");
        assertThat(refusal(scheme, lines(Map.of("A", "a", "B", "b.c", "X-Signature", signature)), BODY))
                .hasMessage("header B holds what parts the signed values");
    }

    static Stream<Sender> timed() {
        return Stream.of(Sender.values()).filter(sender -> sender.timed);
    }

    static Stream<Sender> publishing() {
        return Stream.of(Sender.values()).filter(Sender::publishes);
    }

    private SignatureSchemes schemes() {
        return new SignatureSchemes(TOLERANCE, publisher, clock);
    }

    private static SignatureSettings settings(Sender sender) {
        return TestSignature.settings(sender.settings);
    }

    /** With these keys in the settings, or published. */
    private SignatureScheme scheme(Sender sender, int... keys) {
        publisher.text = sender.jwks(keys);
        return schemes().of(settings(sender), sender.secrets(keys), null);
    }

    private static void refuses(SignatureScheme scheme, Map<String, ?> headers, String body) {
        SignatureRejectedException refusal = refusal(scheme, lines(headers), body);
        assertThat(refusal.getMessage())
                .hasSizeLessThan(200)
                .doesNotContain("secret-number", "raw-key", "xxxx", "t-1", "msg_1");
    }

    private static SignatureRejectedException refusal(
            SignatureScheme scheme, Map<String, List<String>> headers, String body) {
        SignedRequest request = new SignedRequest("POST", "/callbacks/p/token", "a=1", headers, Sender.bytes(body));
        Throwable refusal = catchThrowable(() -> scheme.verify(request));
        assertThat(refusal).isInstanceOf(SignatureRejectedException.class);
        return (SignatureRejectedException) refusal;
    }

    private static SignedRequest request(Map<String, String> headers, String body) {
        return new SignedRequest("POST", "/callbacks/p/token", "a=1", lines(headers), Sender.bytes(body));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, List<String>> lines(Map<String, ?> headers) {
        Map<String, List<String>> lines = new TreeMap<>();
        headers.forEach((name, value) ->
                lines.put(name, value instanceof List<?> list ? (List<String>) list : List.of(value.toString())));
        return lines;
    }

    /** Publishes what the test says; null: it is away. */
    private static final class Publisher implements JwksSource {
        private String text;
        private int calls;

        @Override
        public String read(java.net.URI url) throws IOException {
            calls++;
            if (text == null) {
                throw new IOException("away");
            }
            return text;
        }
    }

    /** Moved by hand; always at the end of a second. */
    private static final class Hand extends Clock {
        private long now = NOW;

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(now, 999_999_999);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
