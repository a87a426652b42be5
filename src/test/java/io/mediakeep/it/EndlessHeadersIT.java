package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider's API whose answers do not end before their body; the application as shipped asks it again once it is well. */
class EndlessHeadersIT {
    private static final String KEY = "vda_key";
    private static final String TOKEN = "vidu-token-0123456789";
    private static final long FAR_TOO_MUCH = 64 << 20;

    private static final OffsetClock CLOCK = new OffsetClock();

    private final FakeVidu vidu = new FakeVidu(KEY);
    private final FakeOrigin origin = new FakeOrigin();
    private final Gate gate = new Gate(URI.create(vidu.url()).getPort());
    private final RunningMediakeep app = new RunningMediakeep(CLOCK)
            .provider("vidu", vidu, TOKEN)
            .set("mediakeep.vidu.api-key", KEY)
            .set("mediakeep.vidu.api-url", gate.url());

    @BeforeEach
    void start() {
        app.start();
    }

    @AfterEach
    void stop() throws IOException {
        app.close();
        gate.close();
        vidu.close();
        origin.close();
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(strings = {"X-Line: value\r\n", "X-Line: and so on for ever", " folded\r\n"})
    void anApiThatSendsEndlessHeadersIsCutOffAndAskedAgain(String header) {
        gate.sends(header);
        app.await("it was asked several times", () -> gate.cut.get() >= 3);
        assertThat(gate.most.get()).isLessThan(FAR_TOO_MUCH / 8);

        gate.sends(null);
        Map<String, Object> task = task("t1", origin.put("t1.mp4", Media.mp4(1)));
        vidu.put("t1", task, task);
        app.awaitStored("vidu", "t1", 1);
        assertThat(app.count("SELECT count(*) FROM dead_letter")).isZero();
    }

    /** In front of an API: passes bytes on, or sends headers until the caller has had enough. */
    private static final class Gate implements AutoCloseable {
        private final AtomicInteger cut = new AtomicInteger();
        private final AtomicLong most = new AtomicLong();
        private final ServerSocket server;
        private final int target;
        private volatile String header;

        Gate(int target) {
            this.target = target;
            try {
                server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            thread(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        /** @param header sent again and again; null for none */
        void sends(String header) {
            this.header = header;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }

        private void accept() {
            try {
                while (true) {
                    Socket caller = server.accept();
                    thread(() -> serve(caller));
                }
            } catch (IOException e) {
                return; // closed
            }
        }

        private void serve(Socket caller) {
            String endless = header;
            try (caller) {
                if (endless == null) {
                    pass(caller);
                } else {
                    flood(caller.getOutputStream(), endless.repeat(1_000).getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                cut.addAndGet(endless == null ? 0 : 1);
            }
        }

        private void flood(OutputStream out, byte[] block) throws IOException {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            for (long sent = 0; sent < FAR_TOO_MUCH; sent += block.length) {
                long so = sent;
                out.write(block);
                most.updateAndGet(before -> Math.max(before, so));
            }
        }

        private void pass(Socket caller) throws IOException {
            try (Socket api = new Socket(InetAddress.getLoopbackAddress(), target)) {
                thread(() -> copy(caller, api));
                copy(api, caller);
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException e) {
                return; // either side has gone
            }
        }

        private static void thread(Runnable task) {
            Thread thread = new Thread(task, "gate");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static Map<String, Object> task(String id, String url) {
        return FakeServer.map(
                "id",
                id,
                "type",
                "img2video",
                "state",
                "success",
                "creations",
                List.of(FakeServer.map("id", "1", "url", url)),
                "created_at",
                CLOCK.instant().minusSeconds(60).toString());
    }
}
