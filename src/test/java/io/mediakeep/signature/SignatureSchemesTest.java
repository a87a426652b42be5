package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureSchemesTest {
    private static final List<String> SECRETS = List.of("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    private static final SignedRequest UNSIGNED =
            new SignedRequest("POST", "/callbacks/kling/secret-token", "q=secret", Map.of(), new byte[2]);

    @ParameterizedTest
    @ValueSource(strings = {"standard-webhooks", "vidu", "kie", "openrouter", "piapi", "leonardo"})
    void demandsSignatureOnceThereIsSecret(String name) {
        assertThatThrownBy(() -> of(name, SECRETS).verify(UNSIGNED)).isInstanceOf(SignatureRejectedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard-webhooks", "vidu", "kie", "openrouter", "piapi", "leonardo", "none"})
    void believesNothingWithoutSecret(String name) throws Exception {
        Verdict verdict = of(name, List.of()).verify(UNSIGNED);

        assertThat(verdict.coversBody()).isFalse();
        assertThat(verdict.callbackId()).isEmpty();
    }

    @Test
    void requestShowsNoSecretAsText() {
        assertThat(UNSIGNED).hasToString("SignedRequest[POST, 2 bytes]");
    }

    private static SignatureScheme of(String name, List<String> secrets) {
        return TestSignature.of(name, secrets, Duration.ofMinutes(5), Clock.systemUTC());
    }
}
