package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.mediakeep.Postgres;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Two processes on one PostgreSQL and one bucket, with no other coordination. */
class SharedLedgerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @Test
    void aNodeFinishesWhatAnotherOneBeganWhenItWasKilled() throws Exception {
        byte[] video = Media.mp4(1, 12 << 20);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        HttpServer origin = stallingOnce(video, requests, end);
        try (EmbeddedStorage bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
                S3Client s3 = StorageClientFactory.create(
                        bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 4);
                FakeSuno suno = new FakeSuno("key")) {
            new Storage(s3, "media").checkBucket(true);
            String ledger = Postgres.fresh();
            try (MediakeepProcess first = node("first", ledger, bucket, suno).start()) {
                String url = "http://127.0.0.1:" + origin.getAddress().getPort() + "/a.mp4";
                suno.putVideo("t", FakeSuno.video("t", "SUCCESS", url, null));
                first.post("/api/tasks/suno", "{\"taskId\":\"t\"}");
                Awaitility.await("first node copies").atMost(PATIENCE).until(() -> requests.get() == 1);
                try (MediakeepProcess second =
                        node("second", ledger, bucket, suno).start()) {
                    assertThat(media(second).path("state").asText()).isEqualTo("copying");
                    first.kill();

                    JsonNode stored = Awaitility.await("second node finishes")
                            .atMost(PATIENCE)
                            .until(
                                    () -> media(second),
                                    m -> m.path("state").asText().equals("stored"));
                    assertThat(stored.path("sha256").asText()).isEqualTo(Media.sha256(video));
                    Awaitility.await("manifest").atMost(PATIENCE).until(() -> objects(s3) == 2);
                    assertThat(s3.listMultipartUploads(b -> b.bucket("media")).uploads())
                            .isEmpty();
                }
            }
        } finally {
            end.countDown();
            origin.stop(0);
        }
    }

    private MediakeepProcess node(String name, String ledger, EmbeddedStorage bucket, FakeSuno suno)
            throws IOException {
        return new MediakeepProcess(Files.createDirectory(directory.resolve(name)), "200m")
                .set("mediakeep.node", name)
                .set("mediakeep.ledger.url", ledger)
                .set("mediakeep.storage.endpoint", bucket.endpoint().toString())
                .set("mediakeep.storage.access-key", bucket.accessKey())
                .set("mediakeep.storage.secret-key", bucket.secretKey())
                .set("mediakeep.copy.lease", "10s")
                .set("mediakeep.copy.part-size", "5 MiB")
                .set("mediakeep.suno.enabled", "true")
                .set("mediakeep.suno.callback-token", "0123456789abcdef")
                .set("mediakeep.suno.api-url", suno.url())
                .set("mediakeep.suno.api-key", "key")
                .set("mediakeep.suno.media-hosts", "*");
    }

    private static JsonNode media(MediakeepProcess node) {
        return node.get("/api/tasks/suno/t").path("media").path(0);
    }

    private static long objects(S3Client s3) {
        return s3.listObjectsV2(b -> b.bucket("media")).contents().stream()
                .map(S3Object::key)
                .filter(key -> key.startsWith("suno/t/"))
                .count();
    }

    /** The first request gets most of the file and then nothing more; every later one all of it. */
    private static HttpServer stallingOnce(byte[] file, AtomicInteger requests, CountDownLatch end) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            try (exchange;
                    OutputStream body = exchange.getResponseBody()) {
                exchange.sendResponseHeaders(200, file.length);
                if (requests.getAndIncrement() > 0) {
                    body.write(file);
                    return;
                }
                body.write(file, 0, 11 << 20);
                body.flush();
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
        return server;
    }
}
