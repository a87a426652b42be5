package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.Database;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.CareLedger;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** The sweep in a bucket that is shared with others, on a real S3 server. */
@Timeout(60)
class CareIT {
    private static final Duration LIFE = Duration.ofHours(24);

    @TempDir
    Path directory;

    private EmbeddedStorage server;
    private S3Client s3;
    private Ledger ledger;
    private MediaLedger media;
    private UploadLedger uploads;

    @BeforeEach
    void start() {
        server = new EmbeddedStorage(directory.resolve("bucket"), 0);
        s3 = StorageClientFactory.create(
                server.endpoint().toString(), "us-east-1", server.accessKey(), server.secretKey(), true, 2);
        s3.createBucket(b -> b.bucket("media"));
        ledger = ledger(Duration.ZERO);
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        media = new MediaLedger(ledger, outbox, deadLetters, Duration.ofMinutes(1));
        uploads = new UploadLedger(ledger);
        MediaItem item =
                new MediaItem("k", "video", "https://a.example/", Instant.now().plus(LIFE), null, null, null, null);
        new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> true)
                .merge(
                        new TaskEvent(
                                "kling",
                                "t",
                                TaskStatus.SUCCEEDED,
                                true,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                false,
                                List.of(item)),
                        Seen.POLL);
    }

    @AfterEach
    void stop() {
        ledger.close();
        s3.close();
        server.close();
    }

    @Test
    void abortsOnlyOldUploadsUnderTheKeyOfAKnownMedia() {
        Claimed claimed = media.claim(1).get(0);
        String running = upload("kling/t/k.mp4");
        uploads.begin(claimed, "kling/t/k.mp4", running, new UploadLedger.Source("h", "\"v\"", -1, null));
        String orphan = upload("kling/t/k.mp4");
        List<String> others = List.of(
                upload("kling/unknown/k.mp4"),
                upload("kling/t/other.mp4"),
                upload("kling/t/k.mp4/more"),
                upload("kling/t/k"),
                upload("vidu/t/k.mp4"),
                upload("backups/t/k.mp4"),
                upload("kling-archive.tar"));

        care(Duration.ofHours(47)).sweepOrphans();
        assertThat(open()).contains(orphan);
        care(Duration.ofHours(49)).sweepOrphans();

        assertThat(open()).doesNotContain(orphan).contains(running).containsAll(others);
    }

    @Test
    void abortsTheUploadOfAMediaThatIsGivenUp() {
        Claimed claimed = media.claim(1).get(0);
        uploads.begin(
                claimed, "kling/t/k.mp4", upload("kling/t/k.mp4"), new UploadLedger.Source("h", "\"v\"", -1, null));
        care(Duration.ZERO).sweepUploads();
        assertThat(open()).hasSize(1);

        media.dead(claimed, "resp_truncated", null);
        care(Duration.ZERO).sweepUploads();
        assertThat(open()).isEmpty();
        assertThat(new CareLedger(ledger).discarded(1)).isEmpty();
    }

    @Test
    void leavesAnUploadThatTheStorageCannotAbortForTheNextTime() {
        Claimed claimed = media.claim(1).get(0);
        uploads.begin(
                claimed, "kling/t/k.mp4", upload("kling/t/k.mp4"), new UploadLedger.Source("h", "\"v\"", -1, null));
        media.dead(claimed, "resp_truncated", null);
        try (S3Client wrong =
                StorageClientFactory.create(server.endpoint().toString(), "us-east-1", "nobody", "x", true, 2)) {
            care(Duration.ZERO, wrong).sweepUploads();
        }
        assertThat(new CareLedger(ledger).discarded(1)).hasSize(1);
    }

    private String upload(String key) {
        return s3.createMultipartUpload(b -> b.bucket("media").key(key)).uploadId();
    }

    private List<String> open() {
        return s3.listMultipartUploads(b -> b.bucket("media")).uploads().stream()
                .map(MultipartUpload::uploadId)
                .toList();
    }

    private Care care(Duration ahead) {
        return care(ahead, s3);
    }

    private Care care(Duration ahead, S3Client client) {
        Map<String, String> kling = new HashMap<>(Map.of(
                "enabled",
                "true",
                "confirm",
                "never",
                "api-url",
                "https://api.example",
                "api-key",
                "k",
                "retention",
                "1h",
                "poll-interval",
                "60s",
                "poll-lookback",
                "7d",
                "media-hosts",
                "*"));
        Providers providers = Providers.read(
                new Settings(name -> Optional.ofNullable(kling.get(name.replace("mediakeep.kling.", "")))),
                List.of("kling"));
        return new Care(
                new CareLedger(ahead.isZero() ? ledger : ledger(ahead)),
                new Storage(client, "media"),
                new ObjectKeys("${provider}/${taskId}/${mediaKey}.${extension}"),
                providers,
                Duration.ofDays(30),
                LIFE);
    }

    private Ledger ledger(Duration ahead) {
        String url = "jdbc:sqlite:" + directory.resolve("l.db");
        Settings settings = new Settings(name -> Optional.ofNullable(name.equals("mediakeep.ledger.url") ? url : null));
        return new Ledger(new Database(settings), Clock.offset(Clock.systemUTC(), ahead), "n");
    }
}
