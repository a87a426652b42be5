package io.mediakeep.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.failure.Failure;
import io.mediakeep.fetch.AddressTable;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.fetch.UrlGuard;
import io.mediakeep.settings.Settings;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key goes to the API's origin, as the guard reads a URL, and to nobody else however much it looks like it. */
class MediaCredentialsTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "mediakeep.router.api-url", "https://api.example.com/v1",
            "mediakeep.router.api-key", "key-0123456789",
            "mediakeep.router.authorization", "Authorization: Bearer {key}",
            "mediakeep.router.headers", "X-Version: 2",
            "mediakeep.router.keyed-media", "true",
            "mediakeep.plain.api-url", "https://api.example.com",
            "mediakeep.plain.api-key", "key-0123456789",
            "mediakeep.plain.keyed-media", "false");
    private static final UrlGuard GUARD = new UrlGuard(Set.of(443, 8443, 80), true, new AddressTable());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.example.com/v1/files/1",
                "https://api.example.com:443/other/path?x=1",
                "https://API.Example.COM/v1/files/1",
                "HTTPS://api.example.com/a b|c"
            })
    void theOriginOfTheApiGetsIt(String url) {
        assertThat(sent("router", url)).isEqualTo(Map.of("Authorization", "Bearer key-0123456789", "X-Version", "2"));
        assertThat(sent("plain", url)).isEmpty();
        assertThat(sent("unknown", url)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://api.example.com/v1/files/1",
                "http://api.example.com:443/v1",
                "https://api.example.com:8443/v1",
                "https://api.example.com:80/v1",
                "https://api.example.com./v1",
                "https://api.example.com.evil.test/v1",
                "https://evil.test/api.example.com/v1",
                "https://evil.test/?https://api.example.com/v1",
                "https://evil.test/#https://api.example.com/v1",
                "https://evil.test?@api.example.com/v1",
                "https://evil.test#@api.example.com/v1",
                "https://evil.test\\@api.example.com/v1",
                "https://api.example.com\\@evil.test/v1",
                "https://api.example.com@evil.test/v1",
                "https://api.example.com:x@evil.test/v1",
                "https://x:y@api.example.com/v1",
                "https://api.example.com%2eevil.test/v1",
                "https://api.example.com%00.evil.test/v1",
                "https://api.example.com%2f@evil.test/v1",
                "https://api%2eexample%2ecom/v1",
                "https://apiXexample.com/v1",
                "https://xapi.example.com/v1",
                "https://api.example.com.:443/v1",
                "https://sub.api.example.com/v1",
                "https://example.com/v1",
                "https://api.example.co/v1",
                "https://api.example.comm/v1",
                "https://api.example.com:0443/v1/../@evil.test:8443",
                "https://api.ex\u0430mple.com/v1",
                "https://api\u3002example\u3002com/v1",
                "https://[::ffff:93.184.216.34]/api.example.com",
                "https://93.184.216.34/v1",
                "https:/api.example.com/v1",
                "https:api.example.com/v1",
                "//api.example.com/v1",
                "///api.example.com/v1",
                "https:///api.example.com/v1",
                " https://api.example.com:8443/v1",
                "https://api.example.com\n.evil.test/v1",
                "https://api.example.com\t@evil.test/v1",
                "ftp://api.example.com/v1",
                "file://api.example.com/v1",
                "ws://api.example.com/v1",
                ""
            })
    void nobodyElseGetsIt(String url) {
        Map<String, String> sent = sent("router", url);
        // One that is read as the API's own origin after all is no trick.
        assertThat(sent.isEmpty() || url.startsWith("https://api.example.com:0443/"))
                .as(url)
                .isTrue();
    }

    @Test
    void anApiOverHttpGetsItOverHttpAlone() {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("mediakeep.router.api-url", "http://api.example.com");
        MediaCredentials keys = keys(settings);

        assertThat(keys.headers("router", URI.create("http://api.example.com/v1")))
                .isNotEmpty();
        assertThat(keys.headers("router", URI.create("https://api.example.com/v1")))
                .isEmpty();
        assertThat(keys.headers("router", URI.create("http://api.example.com:443/v1")))
                .isEmpty();
    }

    /** What the fetcher does: the guard reads the URL, and what it has read is asked about. */
    private static Map<String, String> sent(String account, String url) {
        try {
            return keys(SETTINGS).headers(account, GUARD.check(url, HostPatterns.parse("*")));
        } catch (Failure refused) {
            return Map.of();
        }
    }

    private static MediaCredentials keys(Map<String, String> settings) {
        Settings read = new Settings(name -> Optional.ofNullable(settings.get(name)));
        return new MediaCredentials(read, List.of("router", "plain"), new Authorization(read, Clock.systemUTC()));
    }
}
