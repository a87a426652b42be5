package io.mediakeep.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.TestProvider;
import io.mediakeep.signature.JwksSource;
import io.mediakeep.signature.SignatureSchemes;
import io.mediakeep.signature.SignedRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of the checks, where keys are published and may be away. */
class CallbackDoorTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final Instant NOW = Instant.ofEpochSecond(1_785_901_922);

    @TempDir
    Path temp;

    private final AtomicInteger calls = new AtomicInteger();
    private final JwksSource away = url -> {
        calls.incrementAndGet();
        throw new IOException("away");
    };

    @Test
    void asksForKeysAfterAllThatTakesNone() {
        CallbackDoor door = door(Map.of("signature", "fal"));

        assertThat(status(door, "/callbacks/p/another-token-16x", signed())).isEqualTo(404);
        Map<String, List<String>> encoded = signed();
        encoded.put("Content-Encoding", List.of("gzip"));
        assertThat(status(door, path(), encoded)).isEqualTo(415);
        assertThat(status(door, path(), Map.of())).isEqualTo(401);
        Map<String, List<String>> old = signed();
        old.put("X-Fal-Webhook-Timestamp", List.of("1785901000"));
        assertThat(status(door, path(), old)).isEqualTo(401);
        Map<String, List<String>> broken = signed();
        broken.put("X-Fal-Webhook-Signature", List.of("0g".repeat(64)));
        assertThat(status(door, path(), broken)).isEqualTo(401);
        assertThat(calls).hasValue(0);

        assertThat(status(door, path(), signed())).isEqualTo(503);
        assertThat(calls).hasValue(1);
    }

    @Test
    void namesTheSettingOfASecretThatIsNone() {
        assertThatThrownBy(() -> door(Map.of("signature", "standard-webhooks", "callback-secret", "whsec_!!!!")))
                .isInstanceOf(SettingException.class)
                .hasMessage("mediakeep.p.callback-secret must be what its signature needs, but is not:"
                        + " a signing secret must be whsec_ and base64, or base64 alone");
    }

    private CallbackDoor door(Map<String, String> settings) {
        Map<String, String> values = TestProvider.values("p", "unsigned", temp);
        values.put("mediakeep.p.callback-token", TOKEN);
        settings.forEach((name, value) -> values.put("mediakeep.p." + name, value));
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        return new CallbackDoor(
                Providers.read(TestProvider.settings(values), List.of("p")),
                null,
                new SignatureSchemes(Duration.ofMinutes(5), away, clock),
                null,
                new Counters(new SimpleMeterRegistry()),
                clock);
    }

    private static int status(CallbackDoor door, String path, Map<String, List<String>> headers) {
        SignedRequest request = new SignedRequest("POST", path, "", headers, "{}".getBytes(StandardCharsets.UTF_8));
        try {
            door.verify(request);
            return 200;
        } catch (CallbackRefusedException e) {
            return e.getStatus();
        }
    }

    private static String path() {
        return "/callbacks/p/" + TOKEN;
    }

    private static Map<String, List<String>> signed() {
        return new HashMap<>(Map.of(
                "X-Fal-Webhook-Request-Id", List.of("req-1"),
                "X-Fal-Webhook-User-Id", List.of("user-1"),
                "X-Fal-Webhook-Timestamp", List.of("1785901922"),
                "X-Fal-Webhook-Signature", List.of("0a".repeat(64))));
    }
}
