package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A publisher of keys on a real socket, which may be any kind of bad. */
class JwksClientTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final AtomicInteger calls = new AtomicInteger();
    private final JwksClient client = new JwksClient(Optional.empty());
    private ServerSocket server;
    private volatile byte[] answer;
    private volatile boolean ends = true;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "keys");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void readsKeys() throws Exception {
        answer = bytes(OK + "Content-Length: 11\r\n\r\n{\"keys\":[]}");

        assertThat(client.read(url())).isEqualTo("{\"keys\":[]}");
    }

    @Test
    void takesSixtyFourKibibytesAndNoMore() throws Exception {
        answer = bytes(OK + "\r\n" + "x".repeat(1 << 16));
        assertThat(client.read(url())).hasSize(1 << 16);

        answer = bytes(OK + "\r\n" + "x".repeat((1 << 16) + 1));
        assertThatThrownBy(() -> client.read(url()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("larger");
    }

    @ParameterizedTest
    @ValueSource(strings = {"404 Not Found", "500 Oops", "204 No Content", "206 Partial Content"})
    void takesNoOtherAnswerThan200(String status) {
        answer = bytes("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");

        assertThatThrownBy(() -> client.read(url())).isInstanceOf(IOException.class);
    }

    @Test
    void followsNoRedirect() {
        answer = bytes("HTTP/1.1 302 Found\r\nLocation: " + url() + "other\r\nContent-Length: 0\r\n\r\n");

        assertThatThrownBy(() -> client.read(url())).hasMessageContaining("302");
        assertThat(calls).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200", OK + "A: ", OK + "\r\n{\"keys\":", OK + "Content-Length: 9\r\n\r\n{"})
    void givesUpOnAnAnswerThatDoesNotEnd(String beginning) {
        answer = bytes(beginning);
        ends = false;

        assertThatThrownBy(() -> new JwksClient(Optional.empty(), Duration.ofMillis(200)).read(url()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesHeadersWithoutEnd() {
        answer = bytes(OK + "A: b\r\n".repeat(10_000) + "\r\n{}");

        assertThatThrownBy(() -> client.read(url())).isInstanceOf(IOException.class);
    }

    @Test
    void saysThatNobodyIsThere() throws IOException {
        server.close();

        assertThatThrownBy(() -> client.read(url())).isInstanceOf(IOException.class);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                calls.incrementAndGet();
                InputStream in = socket.getInputStream();
                int ended = 0;
                while (ended < 4) {
                    int one = in.read();
                    if (one < 0) {
                        break;
                    }
                    ended = one == '\r' || one == '\n' ? ended + 1 : 0;
                }
                OutputStream out = socket.getOutputStream();
                out.write(answer);
                out.flush();
                if (!ends) {
                    in.read(); // until the other side has closed
                }
            } catch (IOException e) {
                // The client has had enough, or the test is over.
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
