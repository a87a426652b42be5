package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** The storage goes away and comes back while many results wait for it. */
class OutageIT {
    private static final int TASKS = 40;
    private static final int SLOTS = 8;

    @TempDir
    private Path directory;

    @Test
    void nothingIsFetchedInVainWhileTheStorageIsAwayAndAllIsStoredAfter() throws Exception {
        OffsetClock clock = new OffsetClock();
        try (EmbeddedStorage bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
                S3Client s3 = StorageClientFactory.create(
                        bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 2);
                Wire wire = new Wire(bucket.endpoint().getPort());
                FakeSuno suno = new FakeSuno("key");
                FakeOrigin origin = new FakeOrigin();
                RunningMediakeep app = new RunningMediakeep(clock)
                        .provider("suno", suno, "suno-token-0123456789")
                        .set("mediakeep.suno.api-key", "key")
                        .set("mediakeep.suno.confirm", "never")
                        .storage("http://127.0.0.1:" + wire.port(), bucket)
                        .set("mediakeep.copy.concurrency", Integer.toString(SLOTS))) {
            new Storage(s3, "media").checkBucket(true);
            app.start();
            for (int task = 0; task < TASKS; task++) {
                String url = origin.put("v" + task, Media.mp4(task, 20_000));
                byte[] body = FakeSuno.finished("t" + task, url);
                app.callback("/callbacks/suno/suno-token-0123456789", body, Map.of());
            }
            app.await("all wait", () -> app.count("SELECT count(*) FROM media") == TASKS);
            for (int minute = 0; minute < 30; minute++) {
                int asked = wire.connections();
                clock.advance(Duration.ofMinutes(1));
                app.await("the storage is asked again", () -> wire.connections() > asked);
            }
            assertThat(app.get("/api/dead-letters").path("items")).isEmpty();
            assertThat(origin.gets()).hasSizeLessThanOrEqualTo(SLOTS);
            assertThat(app.count("SELECT sum(attempts) FROM media")).isZero();
            assertThat(app.metric("mediakeep_storage_paused")).isEqualTo(1);
            assertThat(app.log.lines().stream().filter(line -> line.contains("Nothing is copied until")))
                    .as("one line when it begins, one a minute")
                    .hasSizeBetween(2, 31);

            wire.join();
            clock.advance(Duration.ofMinutes(2));

            Awaitility.await("all are stored")
                    .atMost(RunningMediakeep.PATIENCE)
                    .until(() -> app.get("/api/media?state=stored&limit=100")
                                    .path("items")
                                    .size()
                            == TASKS);
            assertThat(app.count("SELECT max(attempts) FROM media")).isEqualTo(1);
            assertThat(app.metric("mediakeep_storage_paused")).isZero();
        }
    }

    /** The way to the storage: every connection is closed at once until it is joined. */
    private static final class Wire implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final int target;
        private final AtomicInteger connections = new AtomicInteger();
        private volatile boolean joined;

        Wire(int target) throws IOException {
            this.target = target;
            threads.execute(this::serve);
        }

        int port() {
            return server.getLocalPort();
        }

        int connections() {
            return connections.get();
        }

        void join() {
            joined = true;
        }

        private void serve() {
            while (!server.isClosed()) {
                try {
                    Socket near = server.accept();
                    connections.incrementAndGet();
                    if (!joined) {
                        near.close();
                        continue;
                    }
                    Socket far = new Socket();
                    far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                    threads.execute(() -> pump(near, far));
                    threads.execute(() -> pump(far, near));
                } catch (IOException e) {
                    // closed, or one connection less
                }
            }
        }

        private static void pump(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // either end has hung up
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            threads.shutdownNow();
        }
    }
}
