package io.mediakeep.fetch;

import static io.mediakeep.fetch.UrlGuardTest.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Downloads from origins that break HTTP. Names resolve to public addresses under the real address table; only the socket is
 * turned to the origin on loopback, and whatever else it is asked to reach is noted and refused.
 */
@Timeout(30)
class FetcherTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final HostPatterns HOSTS = HostPatterns.parse("*.example.test, 169.254.169.254, 127.0.0.1");
    private static final String TAG = "\"v1\"";

    private final RawOrigin origin = new RawOrigin();
    private final Map<String, List<String>> names = new ConcurrentHashMap<>(
            Map.of("h.example.test", List.of("8.8.8.8"), "h2.example.test", List.of("9.9.9.9")));
    private final List<InetAddress> reached = new CopyOnWriteArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong step = new AtomicLong();
    private final AddressTable table = new AddressTable(Set.of(), Set::of);
    private final GuardedResolver resolver = new GuardedResolver(table::isPublic, this::lookUp, Duration.ofSeconds(5));
    private final Fetcher fetcher = fetcher(limits(Duration.ofSeconds(10), 1 << 20), true);

    @AfterEach
    void stop() {
        fetcher.close();
        resolver.close();
        origin.close();
    }

    @Test
    void e30FetchesFromPublicAddress() {
        origin.thenKeep(
                "HTTP/1.1 200 OK\nContent-Length: 5\nETag: \"v1\"\n"
                        + "Content-MD5: XUFAKrxLKna5cZ2REBfFkg==\nContent-Disposition: attachment; filename=\"../../x.sh\"",
                "hello");
        try (Fetched fetched = open("/a")) {
            assertThat(fetched.announcedLength()).isEqualTo(5);
            assertThat(fetched.start()).isZero();
            assertThat(fetched.strongEtag()).contains(TAG);
            assertThat(fetched.sourceHost()).isEqualTo("h.example.test");
            assertThat(fetched.contentMd5()).isEqualTo("XUFAKrxLKna5cZ2REBfFkg==");
            assertThat(text(fetched)).isEqualTo("hello");
        }
        assertThat(reached).containsExactly(address("8.8.8.8"));
    }

    @Test
    void sendsPlainRequestAndKeepsPathAndQueryAsGiven() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 1", "x");
        text(open("//a%0d%0aX-Evil:%201/../b~c?X-Amz-Signature=a%252Fb%2B~&c=+&d="));
        String request = origin.requests.get(0);
        assertThat(request)
                .startsWith("GET //a%0d%0aX-Evil:%201/../b~c?X-Amz-Signature=a%252Fb%2B~&c=+&d= HTTP/1.1\r\n")
                .contains(
                        "\r\nAccept-Encoding: identity\r\n",
                        "\r\nUser-Agent: Mozilla/5.0 ",
                        "\r\nHost: h.example.test:");
        assertThat(request.toLowerCase())
                .doesNotContain(
                        "\r\nrange", "\r\nif-range", "cookie", "authorization", "upgrade", "expect", "\r\nx-evil");
    }

    @Test
    void opensNothingAfterItWasClosed() {
        fetcher.close();

        assertThatThrownBy(() -> open("/a")).isInstanceOf(RetryableFailure.class);
        assertThat(origin.requests).isEmpty();
        assertThat(reached).isEmpty();
    }

    @Test
    void reusesConnectionAfterWholeBodyOnly() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 1", "x")
                .thenKeep("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "1\r\ny\r\n0\r\n\r\n")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 100", "z");
        assertThat(text(open("/a"))).isEqualTo("x");
        assertThat(text(open("/b"))).isEqualTo("y");
        open("/c").close();
        assertThat(origin.connections).hasValue(1);
        assertThat(fetcher.connections().getAvailable()).isZero();
        assertThat(fetcher.connections().getLeased()).isZero();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "F01, 10.0.0.5, ",
        "F02, 8.8.8.8, 10.0.0.5",
        "F04, 8.8.8.8, ::1",
        "F05, 169.254.169.254, ",
        "E15, 64:ff9b::a9fe:a9fe, "
    })
    void blocksNameBeforeAnyConnection(String row, String first, String second) {
        names.put("h.example.test", second == null ? List.of(first) : List.of(first, second));
        assertFails(FinalFailure.class, "url_address");
        assertThat(reached).isEmpty();
        assertThat(fetcher.connections().getLeased()).isZero();
    }

    @Test
    void f06UnknownNameIsTriedAgain() {
        names.clear();
        assertFails(RetryableFailure.class, "dns");
    }

    @Test
    void f08RedirectToMetadataAddress() {
        try (Fetcher strict = fetcher(limits(Duration.ofSeconds(10), 1 << 20), false)) {
            assertThatThrownBy(() -> strict.open("http://h.example.test/", HOSTS, Map.of(), 0, null))
                    .isInstanceOfSatisfying(
                            FinalFailure.class, f -> assertThat(f.reason()).isEqualTo("url_scheme"));
        }
        origin.thenClose("HTTP/1.1 302 Found\nLocation: ftp://169.254.169.254/\nContent-Length: 0", "");
        assertFails(FinalFailure.class, "url_scheme");
        origin.thenClose("HTTP/1.1 302 Found\nLocation: http://169.254.169.254/\nContent-Length: 0", "");
        assertFails(FinalFailure.class, "url_address");
        assertThat(reached).containsOnly(address("8.8.8.8"));
    }

    @Test
    void f09EachHopPassesTheGuard() {
        names.put("h2.example.test", List.of("10.0.0.5"));
        origin.thenClose("HTTP/1.1 302 Found\nLocation: " + url("h2.example.test", "/b") + "\nContent-Length: 0", "");
        assertFails(FinalFailure.class, "url_address");
        origin.thenClose("HTTP/1.1 302 Found\nLocation: " + url("evil.example.org", "/b") + "\nContent-Length: 0", "");
        assertFails(FinalFailure.class, "url_host");
        assertThat(reached).containsOnly(address("8.8.8.8"));
    }

    @Test
    void f10F13FollowsWithoutCredentials() {
        origin.thenClose("HTTP/1.1 302 Found\nLocation: /b?c=d\nContent-Length: 0", "")
                .thenClose("HTTP/1.1 307 T\nLocation: " + url("h2.example.test", "/c") + "#x\nContent-Length: 9999", "")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 2", "ok");
        Map<String, String> headers =
                Map.of("Authorization", "Bearer k", "cookie", "a=b", "X-Key", "k", "Referer", "https://app.test/");
        try (Fetched fetched = fetcher.open(url("h.example.test", "/a"), HOSTS, headers, 0, null)) {
            assertThat(text(fetched)).isEqualTo("ok");
            assertThat(fetched.sourceHost()).isEqualTo("h2.example.test");
        }
        assertThat(origin.requests.get(1)).startsWith("GET /b?c=d ").contains("Authorization", "X-Key");
        assertThat(origin.requests.get(2))
                .startsWith("GET /c ")
                .contains("Referer")
                .doesNotContain("Authorization", "cookie", "X-Key");
        assertThat(reached).contains(address("9.9.9.9"));
    }

    @Test
    void f11EndsRedirectLoop() {
        for (int i = 0; i < 4; i++) {
            origin.thenClose("HTTP/1.1 302 Found\nLocation: ?n=" + i + "\nContent-Length: 0", "");
        }
        assertFails(FinalFailure.class, "url_redirect");
        assertThat(origin.requests).hasSize(4).last().asString().startsWith("GET /a?n=2 ");
    }

    @ParameterizedTest(name = "F12 {0}")
    @ValueSource(
            strings = {
                "HTTP/1.1 302 Found\nContent-Length: 0",
                "HTTP/1.1 302 Found\nLocation:\nContent-Length: 0",
                "HTTP/1.1 302 Found\nLocation: /b\nLocation: /c\nContent-Length: 0"
            })
    void f12RedirectToNowhere(String head) {
        origin.thenClose(head, "");
        assertFails(FinalFailure.class, "url_redirect");
    }

    @Test
    void f14NeverFollowsRefreshHeader() {
        origin.thenClose("HTTP/1.1 200 OK\nRefresh: 0; url=http://127.0.0.1/\nContent-Length: 1", "x");
        assertFails(FinalFailure.class, "resp_type");
        assertThat(origin.requests).hasSize(1);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            G05 | HTTP/1.1 200 OK~Content-Length: 1000                                   | 12345      | resp_truncated
            G07 | HTTP/1.1 200 OK~Transfer-Encoding: chunked                             | 5~12345~   | resp_truncated
            G07 | HTTP/1.1 200 OK~Transfer-Encoding: chunked                             | 9~12345    | resp_truncated
            G09 | HTTP/1.1 200 OK~Content-Length: 3                                      | 12345      | resp_length
            G10 | HTTP/1.1 200 OK~Content-Length: 5~Transfer-Encoding: chunked           | 5~12345~0~~ | resp_ambiguous
            G11 | HTTP/1.1 200 OK~Content-Length: 5~Content-Length: 3                    | 12345      | resp_ambiguous
            G11 | HTTP/1.1 200 OK~Content-Length: 5, 3                                   | 12345      | resp_ambiguous
            G11 | HTTP/1.1 200 OK~Content-Length: -5                                     | 12345      | resp_ambiguous
            G16 | HTTP/1.1 200 OK~Content-Encoding: gzip~Content-Length: 5               | 12345      | resp_encoding
            G17 | HTTP/1.1 206 Partial~Content-Range: bytes 0-4/5~Content-Length: 5      | 12345      | resp_status
            G22 | HTTP/1.1 500 Oops~Content-Length: 5                                    | 12345      | resp_status
            G22 | HTTP/1.1 408 Slow~Content-Length: 5                                    | 12345      | resp_status
            G22 | HTTP/1.1 204 None                                                      |            | resp_status
            more | HTTP/1.1 304 Not Modified                                             |            | resp_status
            more | HTTP/1.1 300 Choices~Location: /b~Content-Length: 0                   |            | resp_status
            part | HTTP/1.1 200 OK~Content-Range: bytes 0-4/9~Content-Length: 5          | 12345      | resp_truncated
            part | HTTP/1.1 200 OK~Content-Range: bytes 0-4/9~Transfer-Encoding: chunked | 5~12345~0~~ | resp_truncated
            part | HTTP/1.1 200 OK~Content-Range: bytes=0-4/9~Content-Length: 5          | 12345      | resp_truncated
            part | HTTP/1.1 200 OK~Content-Range: bytes 4-8/9~Content-Length: 5          | 12345      | resp_truncated
            part | HTTP/1.1 200 OK~Content-Range: bytes 0-8/9~Content-Length: 5          | 12345      | resp_ambiguous
            part | HTTP/1.1 200 OK~Content-Range: bytes 0-8/9                            | 12345      | resp_truncated
            G16 | HTTP/1.1 200 OK~Content-Encoding: aws-chunked, gzip~Content-Length: 5  | 12345      | resp_encoding
            G16 | HTTP/1.1 200 OK~Content-Encoding: identity~Content-Encoding: BR        | 12345      | resp_encoding
            G16 | HTTP/1.1 200 OK~Content-Encoding: zstd                                 | 12345      | resp_encoding
            G11 | HTTP/1.1 200 OK~Content-Length: 5~Content-Length: 5                    | 12345      | resp_ambiguous
            more | nonsense                                                              |            | resp_truncated
            more | HTTP/1.1 200 OK~Transfer-Encoding: gzip                               | 12345      | resp_ambiguous
            """)
    void retries(String row, String head, String body, String reason) {
        origin.thenClose(head.replace("~", "\n"), body == null ? "" : body.replace("~", "\r\n"));
        assertFails(RetryableFailure.class, reason);
        assertThat(fetcher.connections().getLeased()).isZero();
    }

    @ParameterizedTest(name = "Content-Encoding: {0}")
    @ValueSource(
            strings = {"aws-chunked", "UTF-8", "identity", "binary", "none", "", "utf-8, aws-chunked", "8bit", "mp4"})
    void wordsThatNameNoCompressionAreNoEncoding(String word) {
        origin.thenClose("HTTP/1.1 200 OK\nContent-Encoding: " + word + "\nContent-Length: 5", "hello");
        assertThat(text(open("/a"))).isEqualTo("hello");
    }

    @ParameterizedTest(name = "Content-Range: {0}")
    @ValueSource(strings = {"bytes 0-4/5", "bytes=0-4/5", "bytes 0-4/*", "bytes */9", "items 1-2", "nonsense"})
    void wholeAnswerMayNameItsRange(String range) {
        origin.thenClose("HTTP/1.1 200 OK\nContent-Range: " + range + "\nContent-Length: 5", "hello");
        assertThat(text(open("/a"))).isEqualTo("hello");
    }

    @ParameterizedTest(name = "D23 {0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /m/lead vocal.mp4?a=b c         | /m/lead%20vocal.mp4?a=b%20c
            /m/Ã©.mp4                       | /m/%C3%A9.mp4
            /m/é.mp4                        | /m/%E9.mp4
            lead vocal:"1".mp4              | /m/lead%20vocal:%221%22.mp4
            ?x={1}                          | /m/a?x=%7B1%7D
            ../b%20c%.mp4                   | /b%20c%25.mp4
            http://my_bucket.example.test/a^b | /a%5Eb
            """)
    void d23FollowsALocationThatIsNotWrittenAsAUrl(String location, String path) {
        names.put("my_bucket.example.test", List.of("9.9.9.9"));
        String target = location.replace("example.test/", "example.test:" + origin.port() + "/");
        origin.thenClose("HTTP/1.1 302 Found\nLocation: " + target + "\nContent-Length: 0", "")
                .thenClose("HTTP/1.1 200 OK\nContent-Length: 2", "ok");
        assertThat(text(open("/m/a"))).isEqualTo("ok");
        assertThat(origin.requests.get(1)).startsWith("GET " + path + " HTTP/1.1");
    }

    @ParameterizedTest(name = "D23 {0}")
    @ValueSource(strings = {"http://h2 .example.test/a", "http://h2Ã©.example.test/a", "/a\\b", "//h2|.example.test/a"})
    void d23RefusesALocationThatIsOneForNobody(String location) {
        origin.thenClose("HTTP/1.1 302 Found\nLocation: " + location + "\nContent-Length: 0", "");
        assertFails(FinalFailure.class, "url_syntax");
    }

    @Test
    void d23SendsAUrlThatIsNotWrittenAsOne() {
        origin.thenClose("HTTP/1.1 200 OK\nContent-Length: 2", "ok");
        assertThat(text(open("/r/706d32df_Lead Vocal|1.mp3?s=a%2Fb+c=|"))).isEqualTo("ok");
        assertThat(origin.requests.get(0)).startsWith("GET /r/706d32df_Lead%20Vocal%7C1.mp3?s=a%2Fb+c=%7C HTTP/1.1");
    }

    @Test
    void fetchesFromAHostWithAnUnderscore() {
        names.put("my_bucket.example.test", List.of("9.9.9.9"));
        origin.thenClose("HTTP/1.1 200 OK\nContent-Length: 2", "ok");
        try (Fetched fetched = fetcher.open(url("my_bucket.example.test", "/a"), HOSTS, Map.of(), 0, null)) {
            assertThat(fetched.sourceHost()).isEqualTo("my_bucket.example.test");
            assertThat(text(fetched)).isEqualTo("ok");
        }
        assertThat(origin.requests.get(0)).contains("Host: my_bucket.example.test:" + origin.port());
    }

    @Test
    void g06ResetInTheMiddle() {
        CountDownLatch begun = new CountDownLatch(1);
        origin.then((socket, out) -> {
            RawOrigin.write(out, "HTTP/1.1 200 OK\nContent-Length: 1000000", "12345");
            passing(begun);
            socket.setSoLinger(true, 0);
            return false;
        });
        try (Fetched fetched = open("/a")) {
            byte[] buffer = new byte[100];
            assertThat(fetched.read(buffer, 0, 100)).isEqualTo(5);
            begun.countDown();
            assertRetryable(() -> fetched.read(buffer, 0, 100), "resp_truncated");
        }
    }

    @Test
    void g08BodyWithoutLengthEndsWithTheConnection() {
        origin.thenClose("HTTP/1.1 200 OK", "whole?");
        try (Fetched fetched = open("/a")) {
            assertThat(fetched.announcedLength()).isEqualTo(-1);
            assertThat(text(fetched)).isEqualTo("whole?");
        }
    }

    @Test
    void g09LateBytesNeverBecomeTheNextAnswer() {
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        origin.then((socket, out) -> {
            RawOrigin.write(out, "HTTP/1.1 200 OK\nContent-Length: 2", "ok");
            passing(read);
            RawOrigin.write(out, "HTTP/1.1 200 OK\nContent-Length: 6", "forged");
            sent.countDown();
            return true;
        });
        assertThat(text(open("/a"))).isEqualTo("ok");
        read.countDown();
        passing(sent);
        assertFails(RetryableFailure.class, "resp_length");
        assertThat(origin.requests).hasSize(1);
        assertThat(fetcher.connections().getAvailable()).isZero();
    }

    @Test
    void g12AnnouncedTooLarge() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 1048577", "");
        assertFails(FinalFailure.class, "resp_too_large");
    }

    @Test
    void g13CutsEndlessBodyAtTheLimit() {
        AtomicLong sent = new AtomicLong();
        origin.then((socket, out) -> {
            RawOrigin.write(out, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "");
            byte[] chunk = ("1000\r\n" + "x".repeat(0x1000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(chunk);
                sent.addAndGet(0x1000);
            }
        });
        assertFails(FinalFailure.class, "resp_too_large");
        await().until(() -> origin.ended.get() == 1);
        assertThat(sent.get()).isLessThan(16 << 20);
    }

    @Test
    void g14EndsTrickleBelowTheMinimumRate() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 1000", "x".repeat(1000));
        try (Fetched fetched = open("/a")) {
            step.set(Duration.ofMillis(500).toNanos()); // each look at the clock, so each read takes that long
            byte[] one = new byte[1];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1000; i++) {
                            fetched.read(one, 0, 1);
                        }
                    })
                    .isInstanceOfSatisfying(
                            RetryableFailure.class,
                            failure -> assertThat(failure.reason()).isEqualTo("resp_too_slow"))
                    .hasMessageMatching("h.example.test sent [0-9]+ bytes in [0-9]+ s");
        }
    }

    @Test
    void g14TimeInWhichNobodyReadsIsNoSlowness() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 3", "abc");
        try (Fetched fetched = open("/a")) {
            byte[] one = new byte[1];
            for (int i = 0; i < 3; i++) {
                assertThat(fetched.read(one, 0, 1)).isEqualTo(1);
                nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            }
            assertThat(fetched.read(one, 0, 1)).isEqualTo(-1);
        }
    }

    @Test
    void g14EndsAtTheDeadline() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 3", "abc");
        try (Fetched fetched = open("/a")) {
            nanos.addAndGet(Duration.ofHours(1).toNanos());
            assertRetryable(() -> fetched.read(new byte[1], 0, 1), "resp_too_slow");
        }
    }

    @ParameterizedTest(name = "G15 {0}")
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"})
    void g15EndsSilence(String beginning) {
        try (Fetcher hasty = fetcher(limits(Duration.ofMillis(200), 1 << 20), true)) {
            CountDownLatch end = new CountDownLatch(1);
            origin.then((socket, out) -> {
                out.write(beginning.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                passing(end);
                return false;
            });
            assertRetryable(
                    () -> text(hasty.open(url("h.example.test", "/a"), HOSTS, Map.of(), 0, null)), "resp_too_slow");
            end.countDown();
        }
    }

    @ParameterizedTest(name = "G15 {0}")
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nX-Slow: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"})
    void g15EndsTrickleThatKeepsOneReadBusy(String beginning) {
        origin.then((socket, out) -> {
            out.write(beginning.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 10_000; i++) {
                out.write('x');
                out.flush();
                nanos.addAndGet(Duration.ofSeconds(1).toNanos());
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }
            return false;
        });
        assertFails(RetryableFailure.class, "resp_too_slow");
    }

    @Test
    void abortsHugeBodyWithoutDraining() {
        AtomicLong sent = new AtomicLong();
        origin.then((socket, out) -> {
            RawOrigin.write(out, "HTTP/1.1 200 OK\nContent-Length: " + (4L << 30), "");
            byte[] block = new byte[64 << 10];
            for (long left = 4L << 30; left > 0; left -= block.length) {
                out.write(block);
                sent.addAndGet(block.length);
            }
            return true;
        });
        try (Fetcher roomy = fetcher(limits(Duration.ofSeconds(10), 20L << 30), true)) {
            Fetched fetched = roomy.open(url("h.example.test", "/a"), HOSTS, Map.of(), 0, null);
            assertThat(fetched.announcedLength()).isEqualTo(4L << 30);
            fetched.read(new byte[1000], 0, 1000);
            fetched.close();
            await().until(() -> origin.ended.get() == 1);
            assertThat(roomy.connections().getLeased()).isZero();
        }
        assertThat(sent.get()).isLessThan(16 << 20);
    }

    @Test
    void g18OtherStartBeginsAgain() {
        origin.thenKeep("HTTP/1.1 206 P\nContent-Range: bytes 2-4/5\nETag: \"v1\"\nContent-Length: 3", "llo")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 5", "hello");
        assertResumes("hello", 0);
        assertThat(origin.requests.get(0)).contains("\r\nRange: bytes=3-\r\n", "\r\nIf-Range: \"v1\"\r\n");
        assertThat(origin.requests.get(1)).doesNotContain("Range");
    }

    @Test
    void g19WholeBodyBeginsAgain() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 5", "hello");
        assertResumes("hello", 0);
        assertThat(origin.requests).hasSize(1);
    }

    @Test
    void g20ResumesOnlyTheSameVersion() {
        origin.thenKeep("HTTP/1.1 206 P\nContent-Range: bytes 3-4/5\nETag: \"v2\"\nContent-Length: 2", "lo")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 5", "hello");
        assertResumes("hello", 0);
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 1\nETag: W/\"v1\"", "x");
        try (Fetched fetched = fetcher.open(url("h.example.test", "/a"), HOSTS, Map.of(), 3, "W/\"v1\"")) {
            assertThat(fetched.start()).isZero();
            assertThat(fetched.strongEtag()).isEmpty();
        }
        assertThat(origin.requests.get(2)).doesNotContain("Range");
    }

    @Test
    void resumesAtTheOffset() {
        origin.thenKeep("HTTP/1.1 206 P\nContent-Range: bytes 3-4/5\nETag: \"v1\"\nContent-Length: 2", "lo");
        assertResumes("lo", 3);
    }

    @Test
    void startsAgainIfTheRangeCannotBeHad() {
        origin.thenKeep("HTTP/1.1 416 R\nContent-Range: bytes */2\nContent-Length: 0", "")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 2", "ab");
        assertResumes("ab", 0);
    }

    @Test
    void shortRangeIsTruncated() {
        origin.thenKeep("HTTP/1.1 206 P\nContent-Range: bytes 3-4/9\nETag: \"v1\"\nContent-Length: 2", "lo");
        assertRetryable(
                () -> text(fetcher.open(url("h.example.test", "/a"), HOSTS, Map.of(), 3, TAG)), "resp_truncated");
    }

    @Test
    void g04AnEmptyBodyMayBeAFileThatIsNotThereYet() {
        origin.thenClose("HTTP/1.1 200 OK\nContent-Length: 0", "");
        assertFails(RefreshableFailure.class, "resp_length");
    }

    @ParameterizedTest(name = "G21 G22 {0}")
    @CsvSource({
        "401, url_expired",
        "403, url_expired",
        "410, url_expired",
        "404, resp_status",
        "400, resp_status",
        "416, resp_status",
        "425, resp_status",
        "202, resp_status"
    })
    void asksForFreshUrl(int status, String reason) {
        origin.thenClose("HTTP/1.1 " + status + " No\nContent-Length: 8", "<Error/>");
        assertFails(RefreshableFailure.class, reason);
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', textBlock = """
            G23 | 429 | 120                           | PT2M
            G24 | 503 | Wed, 21 Oct 2037 07:28:00 GMT | PT1H
            G24 | 503 | Fri, 02 Jan 2026 03:05:05 GMT | PT1M
            G24 | 503 | Thu, 01 Jan 2026 03:05:05 GMT | PT0S
            G24 | 503 | 99999999999999999999          |
            G23 | 429 | soon                          |
            """)
    void tellsHowLongToWait(String row, int status, String retryAfter, Duration expected) {
        origin.thenClose("HTTP/1.1 " + status + " Later\nRetry-After: " + retryAfter + "\nContent-Length: 0", "");
        assertThatThrownBy(() -> open("/a")).isInstanceOfSatisfying(RetryableFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo("throttled");
            assertThat(failure.retryAfter().orElse(null)).isEqualTo(expected);
        });
    }

    @ParameterizedTest(name = "G27 {0} header lines of {1} characters")
    @CsvSource({"20000, 10", "1, 1000000", "101, 10"})
    void g27LimitsHeaders(int count, int length) {
        origin.thenClose("HTTP/1.1 200 OK" + ("\nX-Filler: " + "x".repeat(length)).repeat(count), "hello");
        assertFails(RetryableFailure.class, "resp_ambiguous");
    }

    @Test
    void refusesHeadersThatWouldChangeTheRequest() {
        for (String name : List.of("Range", "host", "Accept-Encoding", "X\r\nY", "")) {
            assertThatThrownBy(() -> fetcher.open(url("h.example.test", "/a"), HOSTS, Map.of(name, "x"), 0, null))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> fetcher.open(url("h.example.test", "/a"), HOSTS, Map.of("X", "a\r\nb"), 0, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unreachableOriginIsTriedAgain() {
        origin.close();
        assertFails(RetryableFailure.class, "connect");
    }

    @Test
    void failuresNeverShowPathOrQuery() {
        origin.thenClose("HTTP/1.1 500 SECRET\nContent-Length: 0", "");
        assertThatThrownBy(() -> open("/SECRET?sig=SECRET")).hasMessageNotContaining("SECRET");
    }

    private Fetched open(String path) {
        return fetcher.open(url("h.example.test", path), HOSTS, Map.of(), 0, null);
    }

    private void assertResumes(String expected, long start) {
        try (Fetched fetched = fetcher.open(url("h.example.test", "/a"), HOSTS, Map.of(), 3, TAG)) {
            assertThat(fetched.start()).isEqualTo(start);
            assertThat(text(fetched)).isEqualTo(expected);
        }
    }

    private void assertFails(Class<? extends Failure> type, String reason) {
        assertThatThrownBy(() -> text(open("/a")))
                .isInstanceOf(type)
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    private static void assertRetryable(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RetryableFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    private String url(String host, String path) {
        return "http://" + host + ":" + origin.port() + path;
    }

    /** Reads to the end and closes. */
    private static String text(Fetched fetched) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try (fetched) {
            for (int n = fetched.read(buffer, 0, buffer.length); n >= 0; n = fetched.read(buffer, 0, buffer.length)) {
                all.write(buffer, 0, n);
            }
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private static void passing(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        if (host.matches("[0-9.]+")) {
            return new InetAddress[] {address(host)};
        }
        if (!names.containsKey(host)) {
            throw new UnknownHostException(host);
        }
        return names.get(host).stream().map(UrlGuardTest::address).toArray(InetAddress[]::new);
    }

    private static FetchLimits limits(Duration stall, long maxSize) {
        FetchLimits d = FetchLimits.DEFAULT;
        return new FetchLimits(
                Duration.ofSeconds(2),
                stall,
                1024,
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                maxSize,
                Duration.ofHours(1),
                d.userAgent(),
                8,
                8);
    }

    private Fetcher fetcher(FetchLimits limits, boolean allowHttp) {
        return new Fetcher(
                limits,
                new UrlGuard(Set.of(443), allowHttp, table),
                resolver,
                Clock.fixed(NOW, ZoneOffset.UTC),
                () -> nanos.addAndGet(step.get()),
                TurnedSocket::new,
                DefaultClientTlsStrategy.createDefault());
    }

    private final class TurnedSocket extends Socket {
        TurnedSocket(Proxy proxy) {
            super();
        }

        @Override
        public void connect(SocketAddress target, int timeout) throws IOException {
            InetSocketAddress asked = (InetSocketAddress) target;
            reached.add(asked.getAddress());
            super.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), asked.getPort()), timeout);
        }
    }
}
