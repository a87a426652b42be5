package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.ledger.MediaLedger.Claimed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the ledger promises of manifests. */
abstract class ManifestContract extends NounContract {
    private ManifestLedger.Due due() {
        return ledger.manifests.claim(1).get(0);
    }

    @Test
    void aWrittenManifestIsNotDueBeforeTheTaskChanges() {
        ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.POLL);
        ledger.manifests.written(due());
        clock.move(Duration.ofHours(1));
        ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.POLL);
        assertThat(ledger.manifests.claim(1)).isEmpty();

        ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
        assertThat(due().revision()).isEqualTo(2);
    }

    @Test
    void aChangeBetweenClaimAndWrittenLeavesItDue() {
        ledger.tasks.merge(event("t", FAILED), Seen.POLL);
        ManifestLedger.Due before = due();
        ledger.tasks.merge(event("t", SUCCEEDED), Seen.POLL);
        ledger.manifests.written(before);

        assertThat(due().revision()).isEqualTo(before.revision() + 1);
    }

    @Test
    void aManifestOverwrittenByALateNodeIsDueAgain() {
        ledger.tasks.merge(event("t", FAILED), Seen.POLL);
        ManifestLedger.Due late = due();
        ledger.tasks.merge(event("t", SUCCEEDED), Seen.POLL);
        clock.move(Duration.ofSeconds(61));
        otherNode.manifests.written(otherNode.manifests.claim(1).get(0));
        assertThat(ledger.manifests.claim(1)).isEmpty();
        ledger.manifests.written(late);

        otherNode.manifests.written(due());
        assertThat(ledger.manifests.claim(1)).isEmpty();
    }

    @Test
    void everyChangeThatTheManifestShowsMakesItDue() {
        Claimed media = ledger.claimedMedia("t");
        ledger.manifests.written(due());

        ledger.tasks.merge(event("t", SUCCEEDED, item("late")), Seen.POLL);
        ledger.manifests.written(due());

        ledger.media.dead(media, "stall", null);
        ledger.manifests.written(due());

        ledger.deadLetters.replay(Long.parseLong(ledger.text("SELECT max(id) FROM dead_letter")));
        ledger.manifests.written(due());

        TaskEvent named = new TaskEvent(
                "vidu", "t", SUCCEEDED, true, null, "order-42", null, null, null, null, null, false, List.of());
        ledger.tasks.merge(named, Seen.POLL);
        ledger.manifests.written(due());
        assertThat(ledger.manifests.claim(1)).isEmpty();
    }

    @Test
    void aSightingIsNoChangeOfTheManifest() {
        ledger.tasks.merge(event("t", FAILED), Seen.POLL);
        ledger.manifests.written(due());
        ledger.tasks.merge(event("t", FAILED), Seen.CALLBACK);

        assertThat(ledger.manifests.claim(1)).isEmpty();
    }

    @Test
    void aPostponedManifestIsDueAfterThePause() {
        ledger.tasks.merge(event("t", FAILED), Seen.POLL);
        ledger.manifests.postpone(due(), Duration.ofSeconds(30));
        clock.move(Duration.ofSeconds(29));
        assertThat(ledger.manifests.claim(1)).isEmpty();
        clock.move(Duration.ofSeconds(1));

        assertThat(ledger.manifests.claim(1)).hasSize(1);
    }

    @Test
    void anOpenTaskHasNoManifestBeforeSomethingOfItIsStored() {
        ledger.tasks.merge(event("t", PROCESSING, item("k")), Seen.POLL);
        assertThat(ledger.manifests.claim(1)).isEmpty();

        ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
        assertThat(due().taskId()).isEqualTo("t");
    }

    @Test
    void theContentShowsWhatIsStoredAndNoUrl() {
        Claimed media = ledger.claimedMedia("t");
        ledger.media.stored(media, OBJECT);

        Map<String, Object> content = ledger.manifests.content(due());
        assertThat(content).containsEntry("taskId", "t").containsEntry("status", "succeeded");
        assertThat(content.get("media")).asString().contains("vidu/t/k.mp4").contains("size=7");
        assertThat(content.toString()).doesNotContain("https:");
    }
}
