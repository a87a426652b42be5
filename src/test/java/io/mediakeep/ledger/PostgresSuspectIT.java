package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.Postgres;
import io.mediakeep.event.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Suspects on a PostgreSQL server, which several processes share. */
class PostgresSuspectIT extends SuspectContract {
    @AfterEach
    void close() {
        ledger.close();
    }

    @Override
    TestLedger ledger(MovableClock clock) {
        return open(clock, "node");
    }

    private static TestLedger open(MovableClock clock, String node) {
        return new TestLedger(TestLedger.open(Postgres.url("suspects"), Postgres.USER), clock, node);
    }

    @Test
    void anotherNodeTakesTheWorkOfASilentOneBackAndLeavesThatOfTheOthers() {
        try (TestLedger other = open(clock, "other")) {
            ledger.tasks.merge(TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.CALLBACK);
            ledger.callbacks.record("vidu", "c", true, TestLedger.bytes("{}"));
            ledger.runs.begin();
            other.runs.begin();
            assertThat(ledger.media.claim(1)).hasSize(1);
            assertThat(ledger.callbacks.claim(1)).hasSize(1);
            clock.move(TestLedger.MEDIA_LEASE);
            assertThat(other.runs.beat()).isZero();

            clock.move(Duration.ofMillis(1));
            assertThat(other.runs.beat()).isEqualTo(1);
            assertThat(other.runs.beat()).isZero();
            assertThat(other.media.claim(1))
                    .extracting(MediaLedger.Claimed::crashes)
                    .containsExactly(1);
            assertThat(other.callbacks.claim(1))
                    .extracting(CallbackLedger.Received::crashes)
                    .containsExactly(1);
            assertThat(ledger.runs.beat()).as("it was silent, not dead").isZero();
            assertThat(other.media.claim(1)).isEmpty();
        }
    }

    /** Each starts when the one before has died, long before that is silent for long enough to be taken for dead. */
    @Test
    void poisonIsFoundAmongProcessesWhoseNamesDiffer() {
        ledger.callbacks.record("vidu", "poison", true, TestLedger.bytes("{}"));
        int crashes = 0;
        int processes = 0;
        while (crashes < Runs.POISON && processes <= Runs.POISON + 1) {
            try (TestLedger node = open(clock, "process-" + ++processes)) {
                crashes = claimWithin(node, Duration.ofMinutes(20)).crashes();
            }
        }
        // The first end may show only by the lease, after the second claim.
        assertThat(crashes).isEqualTo(Runs.POISON);
    }

    private CallbackLedger.Received claimWithin(TestLedger node, Duration most) {
        node.runs.begin();
        for (long second = 0; second < most.toSeconds(); second += 5) {
            node.runs.beat();
            List<CallbackLedger.Received> claimed = new ArrayList<>(node.callbacks.claim(9));
            node.callbacks.claimSuspect().ifPresent(claimed::add);
            if (!claimed.isEmpty()) {
                return claimed.get(0);
            }
            clock.move(Duration.ofSeconds(5));
        }
        throw new AssertionError("nothing was claimed");
    }
}
