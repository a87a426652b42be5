package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.Postgres;
import io.mediakeep.copy.TaggedOrigin;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Processes that are killed in the middle of a large copy. */
class ResumeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;

    private final byte[] video = TaggedOrigin.video(1, 18 * MIB);
    private final TaggedOrigin origin = new TaggedOrigin(video);
    private final FakeSuno suno = new FakeSuno("key");
    private EmbeddedStorage bucket;
    private S3Client s3;

    @BeforeEach
    void start() {
        bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
        s3 = StorageClientFactory.create(
                bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 4);
        new Storage(s3, "media").checkBucket(true);
        origin.stallAt(17 * MIB);
    }

    @AfterEach
    void stop() {
        origin.close();
        suno.close();
        s3.close();
        bucket.close();
    }

    @Test
    void aRestartedProcessFetchesOnlyTheRest() throws Exception {
        try (MediakeepProcess node = node("only", "jdbc:sqlite:ledger.db")) {
            breakOff(node, "jdbc:sqlite:" + directory.resolve("only/ledger.db"));
            origin.serveAll();
            node.start();

            stored(node, video);
            assertThat(origin.gets())
                    .extracting(TaggedOrigin.Get::range)
                    .containsExactly(null, "bytes=" + 15 * MIB + "-");
        }
    }

    @Test
    void aRestartedProcessBeginsAtZeroWhereTheSourceHasChanged() throws Exception {
        byte[] other = TaggedOrigin.video(2, 16 * MIB);
        try (MediakeepProcess node = node("only", "jdbc:sqlite:ledger.db")) {
            breakOff(node, "jdbc:sqlite:" + directory.resolve("only/ledger.db"));
            origin.change(other, "\"v2\"");
            origin.serveAll();
            node.start();

            stored(node, other);
        }
    }

    @Test
    void anotherNodeFetchesOnlyTheRest() throws Exception {
        String ledger = Postgres.fresh();
        try (MediakeepProcess first = node("first", ledger);
                MediakeepProcess second = node("second", ledger)) {
            breakOff(first, ledger);
            origin.serveAll();
            second.start();

            stored(second, video);
            assertThat(origin.gets())
                    .extracting(TaggedOrigin.Get::range)
                    .containsExactly(null, "bytes=" + 15 * MIB + "-");
        }
    }

    /** Lets a node copy until three parts are in the ledger, and kills it. */
    private void breakOff(MediakeepProcess node, String ledger) throws IOException {
        node.start();
        suno.putVideo("t", FakeSuno.video("t", "SUCCESS", origin.url(), null));
        node.post("/api/tasks/suno", "{\"taskId\":\"t\"}");
        Awaitility.await("three parts")
                .atMost(PATIENCE)
                .until(() -> count(ledger, "SELECT count(*) FROM media_part") == 3);
        node.kill();
    }

    private void stored(MediakeepProcess node, byte[] expected) {
        JsonNode stored = Awaitility.await("stored")
                .atMost(PATIENCE)
                .until(
                        () -> node.get("/api/tasks/suno/t").path("media").path(0),
                        m -> m.path("state").asText().equals("stored"));
        assertThat(stored.path("sha256").asText()).isEqualTo(Media.sha256(expected));
        String key = stored.path("objectKey").asText();
        assertThat(s3.getObjectAsBytes(b -> b.bucket("media").key(key)).asByteArray())
                .isEqualTo(expected);
        assertThat(s3.listMultipartUploads(b -> b.bucket("media")).uploads()).isEmpty();
        assertThat(s3.listObjectsV2(b -> b.bucket("media")).contents())
                .extracting(S3Object::key)
                .filteredOn(k -> !k.endsWith("task.json"))
                .containsExactly(key);
    }

    private MediakeepProcess node(String name, String ledger) throws IOException {
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

    private static long count(String ledger, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(ledger);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
