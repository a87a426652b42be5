package io.mediakeep.ledger;

import static io.mediakeep.ledger.TestLedger.OBJECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.ledger.MediaLedger.Claimed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the ledger promises of uploads and their parts. */
abstract class UploadContract extends NounContract {
    static final UploadLedger.Source SOURCE =
            new UploadLedger.Source("cdn.example", "\"v1\"", 24, "XUFAKrxLKna5cZ2REBfFkg==");

    private final UploadLedger.Part one = new UploadLedger.Part(1, 8, "\"e1\"", 11);
    private final UploadLedger.Part two = new UploadLedger.Part(2, 8, "\"e2\"", 4_294_967_295L);

    private Claimed uploading(String taskId) {
        Claimed media = ledger.claimedMedia(taskId);
        assertThat(ledger.uploads.begin(media, "vidu/t/k.mp4", "upload-" + taskId, SOURCE))
                .isTrue();
        assertThat(ledger.uploads.add(media, "upload-" + taskId, two)).isTrue();
        assertThat(ledger.uploads.add(media, "upload-" + taskId, one)).isTrue();
        return media;
    }

    private List<String> discarded() {
        return ledger.care.discarded(10).stream()
                .map(CareLedger.Discarded::uploadId)
                .toList();
    }

    @Test
    void anOpenUploadIsThereForTheNextAttemptWithItsParts() {
        Claimed media = uploading("t");
        ledger.media.retry(media, Duration.ZERO, true, "resp_truncated", null);

        Claimed again = otherNode.media.claim(1).get(0);
        assertThat(again.uploadId()).isEqualTo("upload-t");
        assertThat(otherNode.uploads.find(again))
                .contains(new UploadLedger.Open(
                        "upload-t", "vidu/t/k.mp4", SOURCE, MovableClock.START, List.of(one, two)));
    }

    @Test
    void aSourceThatSaysNothingIsRememberedSo() {
        Claimed media = ledger.claimedMedia("t");
        UploadLedger.Source silent = new UploadLedger.Source("cdn.example", null, -1, null);
        ledger.uploads.begin(media, "key", "upload", silent);

        assertThat(ledger.uploads.find(media).orElseThrow().source()).isEqualTo(silent);
    }

    @Test
    @SuppressWarnings("unchecked")
    void whatTheStorageHasOfACopyIsShownWhileItRuns() {
        Claimed media = uploading("shown");

        for (Map<String, Object> shown : List.of(
                ledger.queries.atRisk(9).get(0),
                ledger.queries.media("copying", null, null, 9).items().get(0),
                ((List<Map<String, Object>>) ledger.task("shown").get("media")).get(0))) {
            assertThat(shown.get("copied")).isEqualTo(16L);
            assertThat(shown.get("announced")).isEqualTo(24L);
        }
        ledger.media.stored(media, OBJECT);
        assertThat(ledger.queries.media("stored", null, null, 9).items().get(0))
                .containsEntry("copied", null)
                .containsEntry("announced", null);
    }

    @Test
    void aPartThatIsSentAgainIsTheLaterOne() {
        Claimed media = uploading("t");
        UploadLedger.Part again = new UploadLedger.Part(1, 9, "\"e9\"", 1);
        assertThat(ledger.uploads.add(media, "upload-t", again)).isTrue();

        assertThat(ledger.uploads.find(media).orElseThrow().parts()).containsExactly(again, two);
    }

    @Test
    void aLatePartOfTheOldOwnerIsRefused() {
        Claimed old = uploading("t");
        clock.move(Duration.ofSeconds(61));
        otherNode.media.takeOver();
        assertThat(ledger.uploads.add(old, "upload-t", new UploadLedger.Part(3, 8, "x", 0)))
                .isFalse();

        Claimed current = otherNode.media.claim(1).get(0);
        assertThat(ledger.uploads.add(old, "upload-t", new UploadLedger.Part(3, 8, "x", 0)))
                .isFalse();
        assertThat(otherNode.uploads.find(current).orElseThrow().parts()).containsExactly(one, two);
    }

    @Test
    void aPartOfAnUploadThatWasDiscardedIsRefused() {
        Claimed media = uploading("t");
        assertThat(ledger.uploads.discard(media)).isTrue();

        assertThat(ledger.uploads.add(media, "upload-t", one)).isFalse();
        assertThat(ledger.uploads.find(media)).isEmpty();
        assertThat(ledger.count("media_part")).isZero();
        assertThat(discarded()).containsExactly("upload-t");
        ledger.uploads.aborted("vidu/t/k.mp4", "upload-t");
        assertThat(discarded()).isEmpty();
    }

    @Test
    void aStoredMediaHasNoUpload() {
        Claimed media = uploading("t");
        ledger.media.stored(media, OBJECT);

        assertThat(ledger.count("media_part")).isZero();
        assertThat(ledger.count("media WHERE upload_id IS NOT NULL OR upload_etag IS NOT NULL"))
                .isZero();
        assertThat(discarded()).isEmpty();
    }

    @Test
    void theUploadOfADeadMediaIsDiscardedWithIt() {
        ledger.media.dead(uploading("t"), "resp_truncated", null);

        assertThat(discarded()).containsExactly("upload-t");
        assertThat(ledger.count("media_part")).isZero();
    }

    @Test
    void anUploadIsDiscardedWhenItIsTooOldAndNobodyWorksOnIt() {
        Claimed waits = uploading("waits");
        uploading("copied");
        ledger.media.retry(waits, Duration.ofHours(50), true, "resp_truncated", null);
        clock.move(Duration.ofHours(24));
        ledger.care.discardUploads(Duration.ofHours(24), 10);
        assertThat(discarded()).isEmpty();

        clock.move(Duration.ofMillis(1));
        ledger.care.discardUploads(Duration.ofHours(24), 10);
        assertThat(discarded()).containsExactly("upload-waits");
        assertThat(ledger.count("media_part")).isEqualTo(2);
        assertThat(ledger.count("media WHERE upload_id IS NOT NULL")).isEqualTo(1);
    }

    @Test
    void anUploadThatStaysIsTriedAfterTheOthers() {
        for (String task : List.of("a", "b")) {
            ledger.uploads.discard(uploading(task));
            clock.move(Duration.ofSeconds(1));
        }
        ledger.care.stays(ledger.care.discarded(1).get(0));
        assertThat(discarded()).containsExactly("upload-b", "upload-a");

        ledger.care.aborted(ledger.care.discarded(1).get(0));
        assertThat(discarded()).containsExactly("upload-a");
    }

    @Test
    void onlyAnUploadForAKnownMediaThatTheLedgerDoesNotKnowIsAnOrphan() {
        MediaId media = uploading("t").id();

        assertThat(ledger.care.isOrphan(media, "upload-t")).isFalse();
        assertThat(ledger.care.isOrphan(media, "upload-u")).isTrue();
        assertThat(ledger.care.isOrphan(new MediaId("vidu", "t", "other"), "upload-u"))
                .isFalse();
    }
}
