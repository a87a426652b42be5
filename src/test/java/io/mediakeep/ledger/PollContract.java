package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What the ledger promises of lists and their cursors. */
abstract class PollContract extends NounContract {
    @Test
    void oneNodePollsAList() {
        assertThat(ledger.polls.claim("vidu", "tasks")).isPresent();
        assertThat(otherNode.polls.claim("vidu", "tasks")).isEmpty();
        assertThat(otherNode.polls.claim("vidu", "other")).isPresent();
        assertThat(otherNode.polls.claim("kling", "tasks")).isPresent();
    }

    @Test
    void ofManyNodesAtOnceOneBecomesTheLeader() throws Exception {
        List<Callable<Boolean>> nodes = List.of(
                () -> ledger.polls.claim("vidu", "tasks").isPresent(),
                () -> otherNode.polls.claim("vidu", "tasks").isPresent());

        for (int round = 0; round < 10; round++) {
            assertThat(together(nodes)).filteredOn(leads -> leads).hasSize(1);
            clock.move(Duration.ofMinutes(3));
        }
    }

    @Test
    void anotherNodeTakesTheListWhenTheLeaseHasEnded() {
        ledger.polls.claim("vidu", "tasks");
        clock.move(Duration.ofSeconds(90));
        assertThat(ledger.polls.renew("vidu", "tasks")).isTrue();
        clock.move(Duration.ofSeconds(90));
        assertThat(otherNode.polls.claim("vidu", "tasks")).isEmpty();

        clock.move(Duration.ofSeconds(31));
        assertThat(otherNode.polls.claim("vidu", "tasks")).isPresent();
        assertThat(ledger.polls.renew("vidu", "tasks")).isFalse();
    }

    @Test
    void theCursorMovesWithASuccessOnly() {
        assertThat(place(ledger)).isEqualTo(null + " after 0 failures");
        ledger.polls.succeeded("vidu", "tasks", MovableClock.START, null, null, null);
        assertThat(place(otherNode)).isEqualTo(MovableClock.START + " after 0 failures");

        otherNode.polls.failed("vidu", "tasks", failedBefore(2), Duration.ofSeconds(30), "HTTP 500");
        assertThat(ledger.polls.claim("vidu", "tasks")).isEmpty();
        assertThat(otherNode.polls.claim("vidu", "tasks")).isEmpty();
        clock.move(Duration.ofSeconds(30));
        assertThat(place(ledger)).isEqualTo(MovableClock.START + " after 3 failures");
    }

    @Test
    void aNodeThatLostTheListDoesNotMoveTheCursor() {
        ledger.polls.claim("vidu", "tasks");
        clock.move(Duration.ofMinutes(3));
        otherNode.polls.claim("vidu", "tasks");
        ledger.polls.succeeded("vidu", "tasks", MovableClock.START, null, null, null);

        assertThat(ledger.text("SELECT covered_until FROM poll")).isNull();
        assertThat(ledger.text("SELECT node FROM poll")).isEqualTo("node-2");
    }

    @Test
    void aPollThatEndedTwiceMovesTheCursorOnce() {
        ledger.polls.claim("vidu", "tasks");
        ledger.polls.succeeded("vidu", "tasks", MovableClock.START, null, null, null);
        ledger.polls.failed("vidu", "tasks", failedBefore(0), Duration.ofHours(1), "late");

        assertThat(place(ledger)).isEqualTo(MovableClock.START + " after 0 failures");
    }
}
