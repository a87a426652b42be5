package io.mediakeep.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private final Map<String, String> values = new HashMap<>();
    private final Settings settings = new Settings(name -> Optional.ofNullable(values.get(name)));

    @ParameterizedTest
    @CsvSource({"250ms,250", "30s,30000", "5m,300000", "12h,43200000", "7d,604800000", "' 7 d ',604800000"})
    void readsDurations(String text, long millis) {
        values.put("a", text);
        assertThat(settings.duration("a", Duration.ZERO)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"5", "5 minutes", "-5s", "1.5s", "PT5S", "10ms"})
    void refusesOtherDurationsAndThoseThatAreTooShort(String text) {
        values.put("mediakeep.a", text);
        assertThatThrownBy(() -> settings.duration("mediakeep.a", Duration.ofSeconds(1)))
                .isInstanceOf(SettingException.class)
                .hasMessage("mediakeep.a must be a duration such as 250ms, 30s, 5m, 12h or 7d, at least 1s, but is '"
                        + text + "'");
    }

    @ParameterizedTest
    @CsvSource({"65536,65536", "1 KiB,1024", "16MiB,16777216", "20 GiB,21474836480"})
    void readsSizes(String text, long bytes) {
        values.put("a", text);
        assertThat(settings.size("a", 0, 1L << 40)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"16 MB", "-1", "1e9", "99999999999999999999", "999999999999 GiB", "2 TiB"})
    void refusesOtherSizes(String text) {
        values.put("a", text);
        assertThatThrownBy(() -> settings.size("a", 0, 1L << 40)).isInstanceOf(SettingException.class);
    }

    @Test
    void namesTheSettingTheExpectationAndWhatWasFound() {
        values.put("mediakeep.copy.concurrency", "abc");
        assertThatThrownBy(() -> settings.number("mediakeep.copy.concurrency", 1, 256))
                .hasMessage("mediakeep.copy.concurrency must be a whole number from 1 to 256, but is 'abc'");
        assertThatThrownBy(() -> settings.text("mediakeep.none"))
                .hasMessage("mediakeep.none must be set, but is empty or missing");
    }

    @Test
    void neverShowsASecret() {
        assertThatThrownBy(() -> settings.secret("mediakeep.api.token", "hunter2", "longer", t -> false))
                .hasMessage("mediakeep.api.token must be longer, but has 7 characters that do not fit");
    }

    @ParameterizedTest
    @CsvSource({"ftp://a", "https://user:pw@a.example", "https://a.example?x=1", "a.example", "https://", "https://a b"
    })
    void refusesUrlsThatAreNoApi(String text) {
        values.put("a", text);
        assertThatThrownBy(() -> settings.httpUrl("a"))
                .isInstanceOf(SettingException.class)
                .hasMessageNotContaining("pw");
    }

    @Test
    void dropsTheSlashAtTheEndOfAUrl() {
        values.put("a", "https://a.example/b/");
        assertThat(settings.httpUrl("a")).isEqualTo("https://a.example/b");
    }

    @Test
    void readsAProviderOfAnyName() {
        values.putAll(provider("luma"));
        Providers providers = Providers.read(settings, List.of("luma"));
        assertThat(providers.get("luma").mustConfirm(false)).isTrue();
        assertThat(providers.get("luma").mustConfirm(true)).isFalse();
        assertThat(providers.find("kling")).isEmpty();
    }

    @Test
    void refusesAProviderThatCannotConfirm() {
        values.putAll(provider("luma"));
        values.remove("mediakeep.luma.api-key");
        assertThatThrownBy(() -> Providers.read(settings, List.of("luma")))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("mediakeep.luma.api-key must be set while mediakeep.luma.confirm is unsigned");
        values.put("mediakeep.luma.confirm", "never");
        assertThat(Providers.read(settings, List.of("luma")).get("luma").readable())
                .isFalse();
    }

    @Test
    void refusesAShortCallbackTokenWithoutShowingIt() {
        values.putAll(provider("luma"));
        values.put("mediakeep.luma.callback-token", "too-short");
        assertThatThrownBy(() -> Providers.read(settings, List.of("luma")))
                .hasMessageStartingWith("mediakeep.luma.callback-token must be at least 16 characters")
                .hasMessageNotContaining("too-short");
    }

    private static Map<String, String> provider(String name) {
        Map<String, String> values = new HashMap<>();
        Map.of(
                        "enabled", "true",
                        "confirm", "unsigned",
                        "api-url", "https://api.example",
                        "api-key", "k",
                        "retention", "1h",
                        "poll-interval", "60s",
                        "poll-lookback", "7d",
                        "media-hosts", "*")
                .forEach((key, value) -> values.put("mediakeep." + name + "." + key, value));
        return values;
    }
}
