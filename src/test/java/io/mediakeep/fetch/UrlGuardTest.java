package io.mediakeep.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.ForeignHostFailure;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlGuardTest {
    private static final HostPatterns ANY = HostPatterns.parse("*");
    private final AddressTable table = new AddressTable(Set.of(address("8.8.4.4")), Set::of);
    private final UrlGuard guard = new UrlGuard(Set.of(443), false, table);
    private final UrlGuard demo = new UrlGuard(Set.of(443), true, table);

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource(delimiter = '|', textBlock = """
            D01  | url_scheme   | http://media.example.test/a.mp4
            D03  | url_scheme   | ftp://media.example.test/a.mp4
            D04  | url_scheme   | file:///secret.txt
            D05  | url_scheme   | jar:https://media.example.test/a.jar!/x
            D06  | url_scheme   | data:video/mp4;base64,AAAA
            D07  | url_scheme   | gopher://127.0.0.1:6379/_SET
            D08  | url_syntax   | //media.example.test/a.mp4
            D09  | url_syntax   | media.example.test/a.mp4
            D10  | url_syntax   | https:///secret.txt
            D11  | url_syntax   | https:media.example.test/a.mp4
            D12  | url_userinfo | https://user:pw@media.example.test/a.mp4
            D13  | url_userinfo | https://media.example.test@127.0.0.1/a.mp4
            D14  | url_syntax   | https://127.0.0.1\\@media.example.test/a.mp4
            D15  | url_syntax   | https://media.example.test\\@127.0.0.1/a.mp4
            D17  | url_port     | https://media.example.test:8443/a.mp4
            D18  | url_port     | https://media.example.test:65536/a.mp4
            D19  | url_port     | https://media.example.test:0/a.mp4
            D19  | url_port     | https://media.example.test:-1/a.mp4
            D23  | url_syntax   | https://media example.test/a.mp4
            D23  | url_syntax   | https://media.exämple.test/a.mp4
            D23  | url_syntax   | https://media.example.test/a\\b.mp4
            D23  | url_syntax   | https://media.example.test/a?b=\\c
            D28  | url_host     | https://media.example.test./a.mp4
            E01  | url_address  | https://127.0.0.1/
            E02  | url_host     | https://localhost/
            E02  | url_host     | https://a.localhost/
            E02  | url_host     | https://printer.local/
            E03  | url_address  | https://[::1]/
            E04  | url_address  | https://0.0.0.0/
            E04  | url_address  | https://0/
            E05  | url_host     | https://2130706433/
            E06  | url_host     | https://0177.0.0.1/
            E07  | url_host     | https://0x7f000001/
            E08  | url_host     | https://127.1/
            E09  | url_address  | https://10.0.0.1/
            E10  | url_address  | https://172.31.255.254/
            E11  | url_address  | https://192.168.1.1/
            E12  | url_address  | https://169.254.169.254/latest/meta-data/
            E13  | url_address  | https://[::ffff:169.254.169.254]/
            E14  | url_address  | https://[::ffff:a9fe:a9fe]/
            E15  | url_address  | https://[64:ff9b::a9fe:a9fe]/
            E16  | url_address  | https://[2002:a9fe:a9fe::]/
            E17  | url_address  | https://[fd00:ec2::254]/
            E18  | url_address  | https://[fe80::1]/
            E18  | url_address  | https://[fe80::1%25eth0]/
            E19  | url_address  | https://[fc00::1]/
            E20  | url_address  | https://100.64.0.1/
            E21  | url_address  | https://100.100.100.200/
            E22  | url_address  | https://168.63.129.16/
            E23  | url_address  | https://224.0.0.1/
            E24  | url_address  | https://240.0.0.1/
            E24  | url_address  | https://255.255.255.255/
            E25  | url_address  | https://192.0.2.10/
            E25  | url_address  | https://198.51.100.10/
            E25  | url_address  | https://203.0.113.10/
            E26  | url_address  | https://198.18.0.1/
            E27  | url_address  | https://8.8.4.4/
            E28  | url_host     | https://metadata.google.internal/
            E29  | url_syntax   | https://127。0。0。1/
            more | url_host     | https://8.8.8.8/
            more | url_host     | https://[2606:4700::1]/
            more | url_userinfo | https://media.example.test%2f@x/
            more | url_host     | https://256.1.1.1/
            more | url_host     | https://1.2.3.4.5/
            more | url_syntax   | https://[::1/
            """)
    void blocks(String row, String reason, String url) {
        assertBlocked(guard, url, "*", reason);
    }

    @Test
    void d21BlocksLongUrl() {
        assertBlocked(guard, "https://media.example.test/" + "a".repeat(9000), "*", "url_length");
    }

    @ParameterizedTest(name = "D22 D24 {0}")
    @ValueSource(
            strings = {
                " https://media.example.test/a.mp4",
                "https://media.example.test/a.mp4\t",
                "https://media.example.test/a\r\nX-Evil: 1",
                "https://media.example.test/a\u0000",
                "https://media.example.test/a\u007f",
                "https://media.example.test/a\u0085b",
                "https://media.example.test/a\ud83d",
                "https://media.example.test/a.mp4 ",
                "https://media.example.test/a.mp4\u00a0",
                "\u3000https://media.example.test/a.mp4",
                ""
            })
    void d22AndD24BlockWhatIsNotVisibleAscii(String url) {
        assertBlocked(guard, url, "*", "url_syntax");
    }

    /** What {@link InetAddress#getByName} makes an IPv4 address of, other sources of addresses may not. */
    @Test
    void aMappedAddressIsTheOneThatItMaps() throws Exception {
        assertThat(table.isPublic(mapped(0, 8, 8, 8, 8))).isTrue();
        assertThat(table.isPublic(mapped(0, 10, 0, 0, 1))).isFalse();
        assertThat(table.isPublic(mapped(0, 8, 8, 4, 4))).as("our own").isFalse();
        assertThat(table.isPublic(mapped(0x26, 10, 0, 0, 1)))
                .as("no mapped address, only its end looks so")
                .isTrue();
    }

    private static InetAddress mapped(int first, int... last) throws Exception {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) first;
        bytes[10] = -1;
        bytes[11] = -1;
        for (int i = 0; i < 4; i++) {
            bytes[12 + i] = (byte) last[i];
        }
        return Inet6Address.getByAddress(null, bytes, -1);
    }

    @Test
    void limitsAreAtTheirPlaces() {
        String longest = "https://media.example.test/";
        longest += "a".repeat(UrlGuard.MAX_LENGTH - longest.length());
        assertThat(guard.check(longest, ANY)).hasToString(longest);
        assertBlocked(guard, longest + "a", "*", "url_length");

        assertThat(demo.check("http://h.example.test:1/", ANY)).hasToString("http://h.example.test:1/");
        assertThat(demo.check("http://h.example.test:65535/", ANY)).hasToString("http://h.example.test:65535/");
        assertBlocked(demo, "http://h.example.test:0/", "*", "url_port");
        assertBlocked(demo, "http://h.example.test:65536/", "*", "url_port");
    }

    /** A zone names an interface of this machine. */
    @ParameterizedTest
    @ValueSource(strings = {"https://[2606:4700::1%25eth0]/", "https://[2606:4700::1%251]/"})
    void aZoneIsNeverAHost(String url) {
        assertThatThrownBy(() -> guard.check(url, HostPatterns.parse("2606.example")))
                .isInstanceOfSatisfying(
                        FinalFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo("url_host"))
                .isNotInstanceOf(ForeignHostFailure.class)
                .hasMessageContaining("2606.example")
                .hasMessageContaining("[2606:4700::1%25");
    }

    @Test
    void whatIsFoundIsSaidInAHundredCharacters() {
        assertThatThrownBy(() -> guard.check("https://h.test:" + "9".repeat(101) + "/", ANY))
                .hasMessageEndingWith("but found " + "9".repeat(100) + "...");
        assertThatThrownBy(() -> guard.check("https://h.test:" + "9".repeat(100) + "/", ANY))
                .hasMessageEndingWith("but found " + "9".repeat(100));
    }

    @Test
    void blocksMissingUrl() {
        assertBlocked(guard, null, "*", "url_syntax");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            D02 | HTTPS://MEDIA.EXAMPLE.TEST/a.mp4                | https://media.example.test/a.mp4
            D16 | https://media.example.test/a.mp4#@127.0.0.1/    | https://media.example.test/a.mp4
            D20 | https://media.example.test:443/a.mp4            | https://media.example.test/a.mp4
            D25 | https://media.example.test/a%0d%0aX-Evil:%201   | https://media.example.test/a%0d%0aX-Evil:%201
            E30 | https://h.example.test                          | https://h.example.test/
            sig | https://media.example.test/a?X=a%252Fb%2B~&c=+  | https://media.example.test/a?X=a%252Fb%2B~&c=+
            D16 | https://media.example.test/a.mp4#b#c d          | https://media.example.test/a.mp4
            D23 | https://media.example.test/a b.mp4              | https://media.example.test/a%20b.mp4
            D23 | https://media.example.test/é/曲.mp3?t=é         | https://media.example.test/%C3%A9/%E6%9B%B2.mp3?t=%C3%A9
            D23 | https://media.example.test/😀                   | https://media.example.test/%F0%9F%98%80
            D23 | https://media.example.test/"<>^`{}.mp4?<b>      | https://media.example.test/%22%3C%3E%5E%60%7B%7D.mp4?%3Cb%3E
            D23 | https://media.example.test/a[1].mp4?b[]=1       | https://media.example.test/a%5B1%5D.mp4?b%5B%5D=1
            D23 | https://media.example.test/a%20b c%zz%?s=%2F%   | https://media.example.test/a%20b%20c%25zz%25?s=%2F%25
            D23 | https://media.example.test?q=a b                | https://media.example.test/?q=a%20b
            S3  | https://my_bucket.s3.example.test//a            | https://my_bucket.s3.example.test//a
            """)
    void passes(String row, String url, String expected) {
        assertThat(guard.check(url, ANY)).isEqualTo(URI.create(expected)).hasToString(expected);
    }

    @Test
    void d23EncodesABarOnce() {
        assertBlocked(guard, "https://m|.example.test/a", "*", "url_syntax");
        assertThat(guard.check("https://m.example.test/a|b.mp4?p=t_0|sig", ANY))
                .hasToString("https://m.example.test/a%7Cb.mp4?p=t_0%7Csig");
    }

    @Test
    void knowsAHostWithAnUnderscoreAndItsPort() {
        URI url = demo.check("http://my_bucket.example.test:18080/a", ANY);

        assertThat(UrlGuard.safe(url)).isEqualTo("my_bucket.example.test");
        assertThat(UrlGuard.port(url)).isEqualTo(18_080);
        assertThat(UrlGuard.port(guard.check("https://my_bucket.example.test/a", ANY)))
                .isEqualTo(-1);
    }

    @ParameterizedTest(name = "{0} {1} against {2}")
    @CsvSource({
        "D26, https://media.example.test.evil.example/a.mp4, media.example.test",
        "D27, https://evilmedia.example.test/a.mp4, *.media.example.test",
        "D27, https://media.example.test/a.mp4, *.media.example.test",
        "D26, https://xmedia.example.test/a.mp4, media.example.test",
    })
    void comparesWholeLabels(String row, String url, String patterns) {
        assertBlocked(guard, url, patterns, "url_host");
    }

    @Test
    void matchesListedHosts() {
        HostPatterns hosts = HostPatterns.parse(" CDN.example.com , *.media.example.test,8.8.8.8");
        assertThat(hosts.matches("cdn.example.com")).isTrue();
        assertThat(hosts.matches("a.b.media.example.test")).isTrue();
        assertThat(hosts.matches("a.cdn.example.com")).isFalse();
        assertThat(hosts).hasToString("cdn.example.com, *.media.example.test, 8.8.8.8");
        assertThat(hosts.toList()).containsExactly("cdn.example.com", "*.media.example.test", "8.8.8.8");
        assertThat(hosts.with(List.of("more.example")).matches("more.example")).isTrue();
        assertThat(guard.check("https://8.8.8.8/a", hosts)).hasHost("8.8.8.8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a,,b", "*a.example", "a.*.example", "https://a.example", "a..b", ".a", "-a.example", "*."})
    void refusesWhatIsNoPattern(String setting) {
        assertThatThrownBy(() -> HostPatterns.parse(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("*.example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:18080/a.mp4",
                "http://localhost:18080/a.mp4",
                "https://10.0.0.1:8443/a",
                "http://[::1]:9/a"
            })
    void letsPrivateTargetsThroughOnlyWhenAllowed(String url) {
        assertThat(demo.check(url, ANY)).hasToString(url);
        assertThatThrownBy(() -> guard.check(url, ANY)).isInstanceOf(FinalFailure.class);
    }

    @Test
    void keepsHostListWhenPrivateTargetsAreAllowed() {
        assertBlocked(demo, "http://127.0.0.1/a", "media.example.test", "url_host");
        assertBlocked(demo, "ftp://127.0.0.1/a", "*", "url_scheme");
        assertBlocked(demo, "http://a:b@127.0.0.1/a", "*", "url_userinfo");
    }

    @Test
    void messagesNeverRepeatPathOrQuery() {
        for (String url : new String[] {
            "https://evil.test/SECRET?sig=SECRET",
            "https://h.test/SECRET{",
            "https://SECRET:x@h.test/",
            "ftp://h/SECRET"
        }) {
            assertThatThrownBy(() -> guard.check(url, HostPatterns.parse("cdn.example.com")))
                    .isInstanceOf(FinalFailure.class)
                    .hasMessageNotContaining("SECRET")
                    .hasNoCause();
        }
        assertThat(UrlGuard.safe(URI.create("https://h.example.test/SECRET?a=b")))
                .isEqualTo("h.example.test");
    }

    private static void assertBlocked(UrlGuard guard, String url, String hosts, String reason) {
        assertThatThrownBy(() -> guard.check(url, HostPatterns.parse(hosts)))
                .isInstanceOfSatisfying(
                        FinalFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
