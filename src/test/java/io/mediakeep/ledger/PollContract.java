package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        PollLedger.Cursor cursor = claimed(ledger);
        clock.move(Duration.ofSeconds(90));
        assertThat(ledger.polls.renew("vidu", "tasks", cursor)).isTrue();
        clock.move(Duration.ofSeconds(90));
        assertThat(otherNode.polls.claim("vidu", "tasks")).isEmpty();

        clock.move(Duration.ofSeconds(31));
        assertThat(otherNode.polls.claim("vidu", "tasks")).isPresent();
        assertThat(ledger.polls.renew("vidu", "tasks", cursor)).isFalse();
    }

    @Test
    void theCursorMovesWithASuccessOnly() {
        PollLedger.Cursor cursor = claimed(ledger);
        assertThat(place(cursor)).isEqualTo(null + " after 0 failures");
        ledger.polls.succeeded("vidu", "tasks", cursor, MovableClock.START, null, null, null);
        cursor = claimed(otherNode);
        assertThat(place(cursor)).isEqualTo(MovableClock.START + " after 0 failures");

        otherNode.polls.failed("vidu", "tasks", failedBefore(cursor, 2), Duration.ofSeconds(30), "HTTP 500");
        assertThat(ledger.polls.claim("vidu", "tasks")).isEmpty();
        assertThat(otherNode.polls.claim("vidu", "tasks")).isEmpty();
        clock.move(Duration.ofSeconds(30));
        assertThat(place(claimed(ledger))).isEqualTo(MovableClock.START + " after 3 failures");
    }

    /** Also by its own next poll: a walk that hangs does not hold the list for ever. */
    @ParameterizedTest(name = "by itself: {0}")
    @ValueSource(booleans = {false, true})
    void aPollThatWasOvertakenChangesNothing(boolean byItself) {
        PollLedger.Cursor late = claimed(ledger);
        clock.move(Duration.ofMinutes(3));
        TestLedger next = byItself ? ledger : otherNode;
        PollLedger.Cursor cursor = claimed(next);

        assertThat(ledger.polls.renew("vidu", "tasks", late)).isFalse();
        ledger.polls.succeeded("vidu", "tasks", late, MovableClock.START, null, null, null);
        ledger.polls.failed("vidu", "tasks", late, Duration.ofHours(1), "late");
        assertThat(ledger.text("SELECT covered_until FROM poll")).isNull();
        assertThat(ledger.text("SELECT problem FROM poll")).isNull();
        assertThat(ledger.text("SELECT node FROM poll")).isEqualTo(byItself ? "node-1" : "node-2");
        assertThat(next.polls.renew("vidu", "tasks", cursor)).isTrue();
    }

    @Test
    void aPollThatEndedTwiceMovesTheCursorOnce() {
        PollLedger.Cursor cursor = claimed(ledger);
        ledger.polls.succeeded("vidu", "tasks", cursor, MovableClock.START, null, null, null);
        ledger.polls.failed("vidu", "tasks", cursor, Duration.ofHours(1), "late");

        assertThat(place(claimed(ledger))).isEqualTo(MovableClock.START + " after 0 failures");
    }
}
