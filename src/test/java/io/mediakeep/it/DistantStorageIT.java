package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.FaultyStorage;
import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** A storage whose answers take long. */
class DistantStorageIT {
    private static final int MANIFESTS = 4;

    @TempDir
    private Path directory;

    @Test
    void severalManifestsAreWrittenAtATime() throws Exception {
        CountDownLatch together = new CountDownLatch(MANIFESTS);
        OffsetClock clock = new OffsetClock();
        try (EmbeddedStorage bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
                S3Client s3 = StorageClientFactory.create(
                        bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 2);
                FaultyStorage wire = new FaultyStorage(bucket.endpoint());
                FakeSuno suno = new FakeSuno("key");
                FakeOrigin origin = new FakeOrigin();
                RunningMediakeep app = new RunningMediakeep(clock)
                        .provider("suno", suno, "suno-token-0123456789")
                        .set("mediakeep.suno.api-key", "key")
                        .set("mediakeep.suno.confirm", "never")
                        .storage(wire.endpoint().toString(), bucket)) {
            new Storage(s3, "media").checkBucket(true);
            wire.rule(request -> {
                if (request.is("PUT", "/task.json")) {
                    together.countDown();
                    await(together);
                }
                return Fault.NONE;
            });
            app.start();
            for (int task = 0; task < MANIFESTS; task++) {
                String url = origin.put("v" + task, Media.mp4(task, 20_000));
                byte[] body = FakeSuno.finished("t" + task, url);
                app.callback("/callbacks/suno/suno-token-0123456789", body, Map.of());
            }
            for (int task = 0; task < MANIFESTS; task++) {
                app.awaitStored("suno", "t" + task, 1);
            }

            assertThat(together.await(30, TimeUnit.SECONDS))
                    .as("manifests that are being written: %s", MANIFESTS - together.getCount())
                    .isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
