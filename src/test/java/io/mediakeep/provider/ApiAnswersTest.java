package io.mediakeep.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.provider.ProviderException.Kind;
import io.mediakeep.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiAnswersTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "mediakeep.p.codes.ok", "0",
            "mediakeep.p.codes.refused", "1002,1102",
            "mediakeep.p.codes.throttled", "1302",
            "mediakeep.p.codes.not-found", "1201");
    private final ApiAnswers answers = new ApiAnswers(
            new Settings(name -> Optional.ofNullable(SETTINGS.get(name))),
            Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC));

    @Test
    void givesTheBodyOfAGoodAnswer() {
        assertThat(answers.read("p", 200, null, bytes("{\"code\":0,\"data\":[]}")))
                .containsKey("data");
        assertThat(answers.read("plain", 200, null, bytes("{\"tasks\":[]}"))).containsKey("tasks");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429|{\"code\":1102}|REFUSED",
                "429|{\"code\":1302}|THROTTLED",
                "429|{}|THROTTLED",
                "400|{\"code\":1201}|NOT_FOUND",
                "404|<html>|NOT_FOUND",
                "401|{\"code\":1002}|REFUSED",
                "403||REFUSED",
                "200|{\"code\":5000}|TROUBLE",
                "200|{\"data\":[]}|TROUBLE",
                "200|<html>log in</html>|TROUBLE",
                "200|[]|TROUBLE",
                "302||TROUBLE",
                "503|{\"code\":0}|TROUBLE"
            })
    void decidesByTheBodyCodeBeforeTheStatus(int status, String body, Kind kind) {
        assertThatThrownBy(() -> answers.read("p", status, null, bytes(body)))
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void saysNothingWhereATaskIsNotFound() {
        assertThat(answers.find("p", 400, null, bytes("{\"code\":1201}"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"120,120", "'Fri, 02 Jan 2026 03:06:05 GMT',120", "999999,3600", "'Fri, 02 Jan 2099 03:06:05 GMT',3600"
    })
    void honoursRetryAfterUpToAnHour(String header, long seconds) {
        assertThatThrownBy(() -> answers.read("p", 429, header, bytes("{}")))
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource({"soon", "-5", "'Thu, 01 Jan 1970 00:00:00 GMT'"})
    void ignoresANonsensicalRetryAfter(String header) {
        assertThatThrownBy(() -> answers.read("p", 503, header, bytes("{}")))
                .isInstanceOfSatisfying(
                        ProviderException.class, e -> assertThat(e.retryAfter()).isEmpty());
    }

    @Test
    void repeatsNothingOfTheBodyInItsMessage() {
        assertThatThrownBy(() -> answers.read("p", 500, null, bytes("{\"code\":\"<secret> text\"}")))
                .hasMessage("HTTP 500, code ?");
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
