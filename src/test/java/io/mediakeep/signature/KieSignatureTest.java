package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KieSignatureTest {
    private static final String KEY = "kie_test_hmac_key";
    private static final long SIGNED_AT = 1785901922;
    private static final Map<String, List<String>> HEADERS = Map.of(
            "x-webhook-timestamp",
            List.of("1785901922"),
            "x-webhook-signature",
            List.of("x1Un21PAAHdKRUnea8TXpInWi3b09O73JabyXFQAkBY="));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"code\":200,\"data\":{\"task_id\":\"taskId_774b9aa0422f\",\"video_url\":null}}",
                "{\"code\":200,\"data\":{\"taskId\":\"taskId_774b9aa0422f\"}}"
            })
    void acceptsKnownVector(String body) throws Exception {
        Verdict verdict = scheme(SIGNED_AT, "previous", KEY).verify(request(body, HEADERS));

        assertThat(verdict.coversBody()).isFalse();
        assertThat(verdict.callbackId()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":{\"task_id\":\"taskId_other\"}}",
                "{\"data\":{\"task_id\":\"taskId_774b9aa0422f\",\"taskId\":\"taskId_other\"}}",
                "{\"data\":{\"task_id\":\"taskId_other\",\"task_id\":\"taskId_774b9aa0422f\"}}",
                "{\"data\":{\"task_id\":null}}",
                "{\"data\":[]}",
                "{\"task_id\":\"taskId_774b9aa0422f\"}",
                "[]",
                "",
                "{"
            })
    void refusesBodyWithoutTheSignedTask(String body) {
        assertThatThrownBy(() -> scheme(SIGNED_AT, KEY).verify(request(body, HEADERS)))
                .isInstanceOf(SignatureRejectedException.class);
    }

    @Test
    void refusesOldTimeOtherKeyAndMissingHeaders() {
        String body = "{\"data\":{\"task_id\":\"taskId_774b9aa0422f\"}}";
        Map<String, List<String>> incomplete = Map.of("X-Webhook-Timestamp", List.of("1785901922"));

        assertThatThrownBy(() -> scheme(SIGNED_AT + 301, KEY).verify(request(body, HEADERS)))
                .isInstanceOf(SignatureRejectedException.class);
        assertThatThrownBy(() -> scheme(SIGNED_AT, "other").verify(request(body, HEADERS)))
                .isInstanceOf(SignatureRejectedException.class);
        assertThatThrownBy(() -> scheme(SIGNED_AT, KEY).verify(request(body, incomplete)))
                .isInstanceOf(SignatureRejectedException.class);
        assertThat(catchThrowableOfType(
                                SignatureRejectedException.class,
                                () -> scheme(SIGNED_AT, KEY).verify(request(body, Map.of())))
                        .unsigned())
                .isTrue();
    }

    private static SignatureScheme scheme(long now, String... keys) {
        Clock clock = Clock.fixed(Instant.ofEpochSecond(now), ZoneOffset.UTC);
        return TestSignature.of("kie", List.of(keys), Duration.ofMinutes(5), clock);
    }

    private static SignedRequest request(String body, Map<String, List<String>> headers) {
        return new SignedRequest("POST", "/", "", headers, body.getBytes(StandardCharsets.UTF_8));
    }
}
