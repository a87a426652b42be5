package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.copy.TaggedOrigin;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.FaultyStorage;
import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.FaultyStorage.Request;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** The application beside storages that refuse this or that. */
class PeculiarBucketIT {
    private static final String TOKEN = "suno-token-0123456789";
    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;

    private final OffsetClock clock = new OffsetClock();
    private final FakeSuno suno = new FakeSuno("key");
    private final FakeOrigin origin = new FakeOrigin();
    private EmbeddedStorage bucket;
    private FaultyStorage wire;
    private RunningMediakeep app;

    @BeforeEach
    void prepare() throws IOException {
        bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
        wire = new FaultyStorage(bucket.endpoint());
        try (S3Client s3 = StorageClientFactory.create(
                bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 2)) {
            new Storage(s3, "media").checkBucket(true);
        }
        app = new RunningMediakeep(clock)
                .provider("suno", suno, TOKEN)
                .set("mediakeep.suno.api-key", "key")
                .set("mediakeep.suno.confirm", "never")
                .storage(wire.endpoint().toString(), bucket);
    }

    @AfterEach
    void stop() throws IOException {
        app.close();
        origin.close();
        suno.close();
        wire.close();
        bucket.close();
    }

    @Test
    void aStorageThatTakesAConditionForPutsAloneGetsLargeAndSmallResults() throws IOException {
        wire.rule(r -> r.is("POST", "uploadId=") && r.header("if-none-match") != null
                ? Fault.status(400, "", error("NotImplemented"))
                : Fault.NONE);
        app.start();
        finished("large", TaggedOrigin.video(1, 34 * MIB));
        finished("small", Media.mp4(2, 20_000));

        app.awaitStored("suno", "small", 1);
        app.awaitStored("suno", "large", 1);
        assertThat(origin.gets("large")).hasSize(1);
        assertThat(wire.requests())
                .filteredOn(r -> r.is("POST", "uploadId=") && r.is("POST", "/suno/"))
                .hasSize(1);
        assertThat(app.count("SELECT max(attempts) FROM media")).isEqualTo(1);
    }

    @Test
    void oneObjectThatIsRefusedIsNoOutageOfTheStorage() throws IOException {
        wire.rule(r -> r.is("PUT", "/suno/odd/") ? Fault.status(403, "", error("AccessDenied")) : Fault.NONE);
        app.start();
        finished("odd", Media.mp4(1, 20_000));
        app.await("refused", () -> app.count("SELECT count(*) FROM media WHERE reason = 'storage_refused'") == 1);
        for (int task = 0; task < 5; task++) {
            finished("good" + task, Media.mp4(task, 20_000));
            app.awaitStored("suno", "good" + task, 1);
        }

        assertThat(app.metric("mediakeep_storage_paused")).isZero();
        assertThat(app.log.lines()).noneMatch(line -> line.contains("Nothing is copied"));
        app.await("given up", () -> {
            clock.advance(Duration.ofMinutes(10));
            return app.deadLetters("storage_refused").size() == 1;
        });
        assertThat(app.deadLetters("storage_refused").get(0).toString()).contains("status 403 AccessDenied");
    }

    @Test
    void aPageThatAnswersInTheStoragesPlaceCostsNothing() throws IOException {
        app.start();
        Function<Request, Fault> portal = r -> Fault.status(200, "", r.is("HEAD", "") ? "" : "<p>Please<br>log in");
        wire.rule(portal);
        finished("t", Media.mp4(1, 20_000));
        app.await("told", () -> {
            clock.advance(Duration.ofSeconds(20));
            return app.log.lines().stream().anyMatch(line -> line.contains("Nothing is copied"));
        });
        app.await("waits", () -> app.count("SELECT count(*) FROM media WHERE reason = 'storage'") == 1);
        assertThat(app.get("/api/dead-letters").path("items")).isEmpty();
        assertThat(app.count("SELECT max(attempts) FROM media")).isZero();

        wire.rule(r -> Fault.NONE);
        app.await("stored", () -> {
            clock.advance(Duration.ofMinutes(1));
            return RunningMediakeep.states(app.task("suno", "t"), "stored") == 1;
        });
    }

    @Test
    void aStartWithAStorageThatRefusesNamesTheSettingAndTheEndIsTold() throws IOException {
        wire.rule(r -> Fault.status(403, "", r.is("HEAD", "") ? "" : error("InvalidAccessKeyId")));
        app.start();
        String expected = "bucket media at " + wire.endpoint()
                + " cannot be used: status 403 InvalidAccessKeyId: mediakeep.storage.access-key is not known there";
        assertThat(app.log.lines())
                .filteredOn(line -> line.startsWith("WARN") && line.contains("cannot be used"))
                .hasSize(1)
                .allMatch(line -> line.endsWith(expected));
        JsonNode ready = FakeServer.parse(app.send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + app.managementPort() + "/observe/health/ready")))
                .body());
        assertThat(ready.toString())
                .contains(expected.substring(expected.indexOf(" cannot be used")))
                .doesNotContain(bucket.secretKey(), bucket.accessKey());

        wire.rule(r -> Fault.NONE);
        app.await("told", () -> {
            clock.advance(Duration.ofSeconds(31));
            return app.log.lines().stream()
                    .anyMatch(line -> line.contains("until the storage answers again: over after"));
        });
        assertThat(String.join("\n", app.log.lines())).doesNotContain(bucket.secretKey(), bucket.accessKey());
        finished("t", Media.mp4(1, 20_000));
        app.awaitStored("suno", "t", 1);
    }

    private void finished(String task, byte[] video) throws IOException {
        String url = origin.put(task, video);
        app.callback("/callbacks/suno/" + TOKEN, FakeSuno.finished(task, url), Map.of());
    }

    private static String error(String code) {
        return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>m</Message></Error>";
    }
}
