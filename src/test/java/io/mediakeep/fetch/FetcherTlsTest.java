package io.mediakeep.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mediakeep.failure.RetryableFailure;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guard as it is set for production, over https; the origin's certificate is for {@code h.example.test}. */
@Timeout(30)
class FetcherTlsTest {
    private static final AddressTable TABLE = new AddressTable(Set.of(), Set::of);
    private static SSLContext tls;

    private RawOrigin origin;
    private GuardedResolver resolver;

    @BeforeAll
    static void makeCertificate(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("origin.p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(("-genkeypair -alias origin -keyalg EC -storetype PKCS12 -storepass changeit"
                        + " -dname CN=origin -ext san=dns:h.example.test -keystore " + file)
                .split(" ")));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();

        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    @BeforeEach
    void start() {
        origin = new RawOrigin(tls.getServerSocketFactory());
        resolver = new GuardedResolver(
                TABLE::isPublic, host -> new InetAddress[] {UrlGuardTest.address("8.8.8.8")}, Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        origin.close();
        resolver.close();
    }

    @Test
    void e30FetchesAndKeepsTheConnection() {
        origin.thenKeep("HTTP/1.1 200 OK\nContent-Length: 5", "hello")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 5", "world");
        try (Fetcher fetcher = fetcher(tls)) {
            assertThat(all(open(fetcher, "h.example.test"))).isEqualTo("hello");
            assertThat(all(open(fetcher, "h.example.test"))).isEqualTo("world");
        }
        assertThat(origin.connections).hasValue(1);
    }

    @Test
    void g05G09LengthsAreCheckedUnderTlsToo() {
        origin.thenClose("HTTP/1.1 200 OK\nContent-Length: 9", "hello")
                .thenKeep("HTTP/1.1 200 OK\nContent-Length: 3", "hello");
        try (Fetcher fetcher = fetcher(tls)) {
            assertFails(() -> all(open(fetcher, "h.example.test")), "resp_truncated");
            assertFails(() -> all(open(fetcher, "h.example.test")), "resp_length");
        }
    }

    @Test
    void abortsHugeBodyWithoutDraining() {
        AtomicLong sent = new AtomicLong();
        origin.then((socket, out) -> {
            RawOrigin.write(out, "HTTP/1.1 200 OK\nContent-Length: " + (4L << 30), "");
            byte[] block = new byte[16 << 10];
            while (true) {
                out.write(block);
                sent.addAndGet(block.length);
            }
        });
        try (Fetcher fetcher = fetcher(tls)) {
            try (Fetched fetched = open(fetcher, "h.example.test")) {
                fetched.read(new byte[100], 0, 100);
            }
            await().until(() -> origin.ended.get() == 1);
        }
        assertThat(sent.get()).isLessThan(16 << 20);
    }

    @Test
    void refusesCertificateOfAnotherHost() {
        try (Fetcher fetcher = fetcher(tls)) {
            assertFails(() -> open(fetcher, "other.example.test"), "tls");
        }
        assertThat(origin.requests).isEmpty();
    }

    /** The JDK has no server that takes such a name, so this one only listens. */
    @Test
    void tellsAHostWithAnUnderscore() throws Exception {
        AtomicReference<String> hello = new AtomicReference<>();
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort())) {
            Thread server = new Thread(() -> {
                try (Socket accepted = listener.accept()) {
                    byte[] record = accepted.getInputStream().readNBytes(5);
                    int length = (record[3] & 0xff) << 8 | record[4] & 0xff;
                    hello.set(new String(accepted.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    hello.set(e.toString());
                }
            });
            server.start();
            assertThatThrownBy(() -> new MediaTls(tls).upgrade(socket, "my_cdn.example.test", 443, null, null))
                    .isInstanceOf(IOException.class);
            server.join();
        }
        assertThat(hello.get()).contains("my_cdn.example.test");
    }

    @Test
    void refusesUntrustedCertificate() throws Exception {
        try (Fetcher fetcher = fetcher(SSLContext.getDefault())) {
            assertFails(() -> open(fetcher, "h.example.test"), "tls");
        }
        assertThat(origin.requests).isEmpty();
    }

    private Fetched open(Fetcher fetcher, String host) {
        return fetcher.open("https://" + host + ":" + origin.port() + "/a", HostPatterns.parse("*"), Map.of(), 0, null);
    }

    private static String all(Fetched fetched) {
        StringBuilder text = new StringBuilder();
        byte[] one = new byte[1];
        try (fetched) {
            while (fetched.read(one, 0, 1) > 0) {
                text.append((char) one[0]);
            }
        }
        return text.toString();
    }

    private static void assertFails(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RetryableFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    private Fetcher fetcher(SSLContext context) {
        FetchLimits limits = FetchLimits.DEFAULT;
        return new Fetcher(
                limits,
                new UrlGuard(Set.of(origin.port()), false, TABLE),
                resolver,
                Clock.systemUTC(),
                System::nanoTime,
                proxy -> new Socket() {
                    @Override
                    public void connect(SocketAddress target, int timeout) throws IOException {
                        super.connect(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), ((InetSocketAddress) target).getPort()),
                                timeout);
                    }
                },
                new MediaTls(context));
    }
}
