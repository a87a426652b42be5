package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every scheme alike: secrets that are replaced, and the two edges of the replay window. */
class SignatureEdgesTest {
    private static final long NOW = 1_785_901_922;
    private static final long TOLERANCE = 300;
    private static final String OLD = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
    private static final String NEW = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String BODY = "{\"data\":{\"task_id\":\"t-1001\"}}";

    /** Signs as the provider does. */
    private enum Sender {
        STANDARD_WEBHOOKS("standard-webhooks") {
            @Override
            Map<String, List<String>> headers(String secret, String time) {
                Hmac key = new Hmac(Base64.getDecoder().decode(secret.substring(6)));
                return Map.of(
                        "webhook-id", List.of("msg_1"),
                        "webhook-timestamp", List.of(time),
                        "webhook-signature", List.of("v1," + sign(key, "msg_1." + time + "." + BODY)));
            }
        },
        VIDU("vidu") {
            @Override
            Map<String, List<String>> headers(String secret, String time) {
                String text = "POST\n/callbacks/token\n\nvidu\n" + time + "\nDate:" + time + "\n";
                return Map.of(
                        "Date", List.of(time),
                        "X-HMAC-ALGORITHM", List.of("hmac-sha256"),
                        "X-HMAC-ACCESS-KEY", List.of("vidu"),
                        "X-HMAC-SIGNED-HEADERS", List.of("Date"),
                        "X-HMAC-SIGNATURE", List.of(sign(Hmac.ofText(secret), text)));
            }

            @Override
            String time(long epochSecond) {
                return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.ofEpochSecond(epochSecond).atOffset(ZoneOffset.UTC));
            }
        },
        KIE("kie") {
            @Override
            Map<String, List<String>> headers(String secret, String time) {
                return Map.of(
                        "X-Webhook-Timestamp",
                        List.of(time),
                        "X-Webhook-Signature",
                        List.of(sign(Hmac.ofText(secret), "t-1001." + time)));
            }
        };

        private final String scheme;

        Sender(String scheme) {
            this.scheme = scheme;
        }

        abstract Map<String, List<String>> headers(String secret, String time);

        String time(long epochSecond) {
            return Long.toString(epochSecond);
        }

        static String sign(Hmac key, String text) {
            return Base64.getEncoder().encodeToString(key.sign(text));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void secrets(String row, Sender sender, String setting, String signedWith, boolean accepted) throws Exception {
        check(sender, setting, signedWith, sender.time(NOW), accepted);
    }

    static Stream<Arguments> secrets() {
        return each(sender -> Stream.of(
                arguments("A19 before the overlap, old, " + sender, sender, OLD, OLD, true),
                arguments("A19 before the overlap, new, " + sender, sender, OLD, NEW, false),
                arguments("A19 in the overlap, old, " + sender, sender, NEW + ", " + OLD, OLD, true),
                arguments("A19 in the overlap, new, " + sender, sender, NEW + ", " + OLD, NEW, true),
                arguments("A19 in the overlap, new listed last, " + sender, sender, OLD + "," + NEW, NEW, true),
                arguments("A19 after the overlap, old, " + sender, sender, NEW, OLD, false),
                arguments("A19 after the overlap, new, " + sender, sender, NEW, NEW, true),
                arguments("A19 a comma stays behind, old, " + sender, sender, NEW + ",", OLD, false)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void window(String row, Sender sender, long ahead, boolean accepted) throws Exception {
        check(sender, NEW, NEW, sender.time(NOW + ahead), accepted);
    }

    static Stream<Arguments> window() {
        return each(sender -> Stream.of(
                arguments("A10 one second too old, " + sender, sender, -TOLERANCE - 1, false),
                arguments("A10 a year old, " + sender, sender, -31_536_000, false),
                arguments("A10 as old as the epoch, " + sender, sender, -NOW, false),
                arguments("A11 one second too far ahead, " + sender, sender, TOLERANCE + 1, false),
                arguments("A11 a year ahead, " + sender, sender, 31_536_000, false),
                arguments("A12 as old as allowed, " + sender, sender, -TOLERANCE, true),
                arguments("A12 as far ahead as allowed, " + sender, sender, TOLERANCE, true),
                arguments("A12 now, " + sender, sender, 0, true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void times(String row, Sender sender, String time) throws Exception {
        check(sender, NEW, NEW, time, false);
    }

    /** Each is signed, so that nothing but its form can be the reason. */
    static Stream<Arguments> times() {
        return Stream.of(
                arguments("A13 fraction", Sender.KIE, NOW + ".0"),
                arguments("A13 plus sign", Sender.KIE, "+" + NOW),
                arguments("A13 hexadecimal", Sender.KIE, "0x" + Long.toHexString(NOW)),
                arguments("A13 seconds where a date belongs", Sender.VIDU, Long.toString(NOW)),
                arguments("A13 another offset without a date", Sender.VIDU, "+0000"),
                arguments("A14 20 digits", Sender.KIE, "17859019221785901922"),
                arguments("A14 12 digits", Sender.KIE, "999999999999"),
                arguments("A14 a year of nine digits", Sender.VIDU, "Wed, 05 Aug 999999999 03:52:02 GMT"));
    }

    private static void check(Sender sender, String setting, String signedWith, String time, boolean accepted)
            throws Exception {
        // The end of the second: what counts is whole seconds.
        Clock clock = Clock.fixed(Instant.ofEpochSecond(NOW, 999_999_999), ZoneOffset.UTC);
        SignatureScheme scheme =
                TestSignature.of(sender.scheme, TestSignature.secrets(setting), Duration.ofSeconds(TOLERANCE), clock);
        SignedRequest request = new SignedRequest(
                "POST",
                "/callbacks/token",
                "",
                sender.headers(signedWith, time),
                BODY.getBytes(StandardCharsets.UTF_8));
        if (accepted) {
            assertThat(scheme.verify(request)).isNotNull();
        } else {
            assertThatThrownBy(() -> scheme.verify(request))
                    .isInstanceOfSatisfying(SignatureRejectedException.class, e -> {
                        assertThat(e.unsigned()).isFalse();
                        assertThat(e.getMessage()).doesNotContain(OLD, NEW, "whsec");
                    });
        }
    }

    private static Stream<Arguments> each(java.util.function.Function<Sender, Stream<Arguments>> rows) {
        return Arrays.stream(Sender.values()).flatMap(rows);
    }
}
