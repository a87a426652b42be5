package io.mediakeep.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {
    @ParameterizedTest
    @CsvSource({
        "http://proxy.example.com:3128, proxy.example.com, 3128, ,",
        "http://10.0.0.1:8080/, 10.0.0.1, 8080, ,",
        "http://me:p%40ss%3A+%25@proxy:3128, proxy, 3128, me, p@ss:+%"
    })
    void readsHostPortAndCredentials(String url, String host, int port, String user, String password) {
        ProxySettings proxy = read(Map.of("mediakeep.proxy.url", url)).orElseThrow();
        assertThat(proxy).isEqualTo(new ProxySettings(host, port, user, password, false));
        assertThat(proxy.toString()).isEqualTo("http://" + host + ":" + port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy:3128",
                "https://proxy:3128",
                "socks5://proxy:1080",
                "http://proxy",
                "http://proxy:0",
                "http://proxy:70000",
                "http://secret@proxy:3128",
                "http://me:sec ret@proxy:3128",
                "http://me:secret%zz@proxy:3128",
                "http://me:secret@proxy:3128/path",
                "http://me:secret@proxy:3128?x"
            })
    void refusesWhatIsNoProxyWithoutSayingIt(String url) {
        SettingException refused =
                catchThrowableOfType(SettingException.class, () -> read(Map.of("mediakeep.proxy.url", url)));
        assertThat(refused).hasMessageContaining("mediakeep.proxy.url").hasMessageNotContaining("sec");
    }

    @Test
    void mediaNeedAProxy() {
        assertThat(read(Map.of("mediakeep.proxy.media", "false"))).isEmpty();
        assertThat(catchThrowableOfType(SettingException.class, () -> read(Map.of("mediakeep.proxy.media", "true"))))
                .hasMessageContaining("mediakeep.proxy.media");
        assertThat(read(Map.of("mediakeep.proxy.url", "http://proxy:1", "mediakeep.proxy.media", "true"))
                        .orElseThrow()
                        .media())
                .isTrue();
    }

    private static Optional<ProxySettings> read(Map<String, String> settings) {
        return ProxySettings.read(new Settings(name -> Optional.ofNullable(settings.get(name))));
    }
}
