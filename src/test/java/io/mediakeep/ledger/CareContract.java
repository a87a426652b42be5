package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operating a ledger takes, on every database. */
abstract class CareContract {
    MovableClock clock;
    TestLedger ledger;

    abstract TestLedger ledger(MovableClock clock);

    @BeforeEach
    void prepare() throws SQLException {
        clock = new MovableClock();
        ledger = ledger(clock);
        TestLedger.empty(ledger.database);
    }

    @Test
    void anEmptyLedgerHasNothingToTell() {
        VitalsLedger.Snapshot seen = new VitalsLedger(ledger.ledger).look();

        assertThat(seen)
                .isEqualTo(new VitalsLedger.Snapshot(Map.of(), Map.of(), Map.of(), Map.of(), 0, null, null, Map.of()));
    }

    @Test
    void tellsWhatWaitsAndForHowLong() {
        ledger.tasks.merge(
                TestLedger.event(
                        "a",
                        TaskStatus.SUCCEEDED,
                        TestLedger.item("late", "https://cdn.example/l", TestLedger.EXPIRY.plusSeconds(9)),
                        TestLedger.item("soon")),
                Seen.CALLBACK);
        long announced = clock.millis();
        MediaLedger.Claimed soon = ledger.media.claim(1).get(0);
        clock.move(Duration.ofMinutes(1));
        ledger.callbacks.record("vidu", "k", true, new byte[] {1});
        ledger.deadLetters.task("vidu", "x", "task_unknown", "for the test");
        ledger.polls.claim("vidu", "tasks");
        ledger.polls.claim("vidu", "never");
        ledger.polls.succeeded("vidu", "tasks", MovableClock.START, null);

        VitalsLedger.Snapshot seen = new VitalsLedger(ledger.ledger).look();

        assertThat(soon.id().mediaKey()).isEqualTo("soon");
        assertThat(seen)
                .isEqualTo(new VitalsLedger.Snapshot(
                        Map.of("vidu", 1L),
                        Map.of("vidu", 1L),
                        Map.of("vidu", 1L),
                        Map.of(),
                        1,
                        TestLedger.EXPIRY.toEpochMilli(),
                        announced,
                        Map.of("vidu tasks", MovableClock.START.toEpochMilli())));

        ledger.media.stored(soon, TestLedger.OBJECT);
        assertThat(new VitalsLedger(ledger.ledger).look().nearestExpiry())
                .isEqualTo(TestLedger.EXPIRY.plusSeconds(9).toEpochMilli());
    }

    @Test
    void countsTasksWhoseCallbackShouldHaveComeByNow() {
        ledger.tasks.merge(TestLedger.event("both", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.POLL);
        ledger.tasks.merge(TestLedger.event("both", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.CALLBACK);
        ledger.tasks.merge(TestLedger.event("poll", TaskStatus.FAILED), Seen.POLL);
        ledger.tasks.merge(TestLedger.event("open", TaskStatus.PROCESSING), Seen.POLL);
        ledger.tasks.merge(TestLedger.event("suno", "poll", TaskStatus.FAILED), Seen.READ);

        assertThat(missed()).as("it may still come").isEmpty();
        clock.move(Duration.ofMinutes(11));
        assertThat(missed()).containsOnly(Map.entry("vidu", 1L), Map.entry("suno", 1L));
        clock.move(Duration.ofMinutes(60));
        assertThat(missed()).as("that was long ago").isEmpty();
    }

    /** Consumers tell repeats by the id, so it must not change when the announcement is sent again, nor be that of another. */
    @Test
    void anAnnouncementKeepsWhatItsIdIsMadeOf() {
        for (int i = 0; i < 20; i++) {
            ledger.tasks.merge(TestLedger.event("t" + i, TaskStatus.FAILED), Seen.CALLBACK);
        }
        var first = ledger.outbox.claim("announce", 100);
        assertThat(first)
                .extracting(OutboxLedger.Announcement::id)
                .doesNotHaveDuplicates()
                .hasSize(20);
        first.forEach(announcement -> ledger.outbox.postpone(announcement.id(), Duration.ofSeconds(2)));
        clock.move(Duration.ofSeconds(3));

        var again = ledger.outbox.claim("announce", 100);
        assertThat(again)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("attempts")
                .isEqualTo(first);
        again.forEach(announcement -> ledger.outbox.sent(announcement.id()));
        ledger.tasks.merge(TestLedger.event("later", TaskStatus.FAILED), Seen.CALLBACK);
        assertThat(ledger.outbox.claim("announce", 1).get(0).id())
                .as("an id is not used again, also when its row is gone")
                .isGreaterThan(again.get(19).id());
    }

    private Map<String, Long> missed() {
        return new VitalsLedger(ledger.ledger).look().missed();
    }
}
