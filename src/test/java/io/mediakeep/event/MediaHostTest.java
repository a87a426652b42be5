package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Media share a lane by this host, so it must be found in every URL that the guard lets through. */
class MediaHostTest {
    @ParameterizedTest(name = "<{0}>")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            https://CDN.example.test/a.mp4            | cdn.example.test
            https://cdn.example.test:8443?x=1         | cdn.example.test
            https://cdn.example.test#x                | cdn.example.test
            https://my_bucket.example.test/a          | my_bucket.example.test
            https://cdn.example.test/Lead Vocal.mp3   | cdn.example.test
            https://cdn.example.test/a?x=é^{          | cdn.example.test
            https://[2606:4700::1]:443/a              | [2606:4700::1]
            https://a@b.example.test/                 | b.example.test
            https://cdn example.test/a                | ``
            cdn.example.test/a                        | ``
            ``                                        | ``
            """)
    void isTheHostOf(String url, String host) {
        assertThat(MediaHost.of(url)).isEqualTo(host);
    }
}
