package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a start makes of {@code mediakeep.task.retention}. */
class TaskRetentionTest {
    @ParameterizedTest
    @CsvSource({"7d, 7d, 1d", "30d, 7d, 30d"})
    void aTaskIsRememberedLongerThanAnyListShowsIt(String retention, String lookback, String provider) {
        assertThatThrownBy(() -> open(retention, lookback, provider))
                .isInstanceOf(SettingException.class)
                .hasMessageContainingAll("mediakeep.task.retention", "mediakeep.p.poll-lookback", "is " + retention);
    }

    @ParameterizedTest
    @ValueSource(strings = {"31d", "0", "", "400d"})
    void everyLongerTimeIsFine(String retention) {
        assertThatCode(() -> open(retention, "7d", "30d")).doesNotThrowAnyException();
    }

    private static void open(String retention, String lookback, String provider) {
        Map<String, String> values = new HashMap<>(Map.of(
                "mediakeep.p.enabled", "true",
                "mediakeep.p.confirm", "never",
                "mediakeep.p.api-url", "https://api.example",
                "mediakeep.p.retention", provider,
                "mediakeep.p.poll-interval", "60s",
                "mediakeep.p.poll-lookback", lookback,
                "mediakeep.p.media-hosts", "*",
                "mediakeep.task.retention", retention));
        Settings settings = new Settings(name -> Optional.ofNullable(values.get(name)));
        TaskRetention.open(null, settings, Providers.read(settings, List.of("p")));
    }
}
