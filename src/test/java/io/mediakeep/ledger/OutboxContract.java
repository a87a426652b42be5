package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.bytes;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.digest.Digests;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the ledger promises of announcements. */
abstract class OutboxContract extends NounContract {
    @Test
    void whatWasSentIsGoneAndWhatWasPostponedComesLater() {
        ledger.tasks.merge(event("t1", FAILED), Seen.POLL);
        ledger.tasks.merge(event("t2", FAILED), Seen.POLL);
        List<OutboxLedger.Announcement> claimed = ledger.outbox.claim("announce", 10);
        ledger.outbox.sent(claimed.get(0).id());
        ledger.outbox.postpone(claimed.get(1).id(), Duration.ofMinutes(5));

        clock.move(Duration.ofMinutes(5).minusMillis(1));
        assertThat(ledger.outbox.claim("announce", 10)).isEmpty();
        clock.move(Duration.ofMillis(1));
        OutboxLedger.Announcement again = ledger.outbox.claim("announce", 10).get(0);
        assertThat(again.taskId()).isEqualTo("t2");
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.at()).isEqualTo(MovableClock.START);
    }

    @Test
    void theChannelsAreClaimedEachOnItsOwn() {
        ledger.media.dead(ledger.claimedMedia("t"), "stall", null);

        assertThat(ledger.outbox.claim("dead-letter", 10)).hasSize(1);
        assertThat(ledger.outbox.claim("announce", 10)).hasSize(2);
    }

    @Test
    void theAnnouncementOfATaskNamesItsMediaWithoutTheirUrls() {
        ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.POLL);

        assertThat(ledger.outbox.claim("announce", 1).get(0).data())
                .contains("\"media\":[{")
                .contains("\"key\":\"k\"")
                .doesNotContain("cdn.example");
    }

    @Test
    void aPayloadLetterBelongsToNoTask() {
        ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[")), bytes("["), "payload_json", "line 1");

        OutboxLedger.Announcement letter = ledger.outbox.claim("dead-letter", 1).get(0);
        assertThat(letter.taskId()).isEmpty();
        assertThat(letter.data()).contains("payload_json").doesNotContain("taskId");
    }
}
