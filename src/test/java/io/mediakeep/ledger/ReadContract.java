package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUBMITTED;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.TaskLedger.DueRead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the ledger promises of reads, and of the tasks that it has watched. */
abstract class ReadContract extends NounContract {
    @Nested
    class Watching {
        @Test
        void anOpenTaskWithoutAListIsReadAfterTheInterval() {
            assertThat(ledger.tasks
                            .merge(event("suno", "t", PROCESSING), Seen.CALLBACK)
                            .reads())
                    .isEqualTo(1);
            clock.move(TestLedger.WATCH.minusMillis(1));
            assertThat(ledger.tasks.claimReads("suno", 10)).isEmpty();

            clock.move(Duration.ofMillis(1));
            DueRead read = ledger.tasks.claimReads("suno", 10).get(0);
            assertThat(read.reason()).isEqualTo("watch");
            assertThat(read.attempts()).isEqualTo(1);
            assertThat(read.since()).isEqualTo(MovableClock.START.toEpochMilli());
        }

        @Test
        void aFinalStatusEndsTheWatch() {
            ledger.tasks.merge(event("suno", "t", PROCESSING), Seen.CALLBACK);
            ledger.tasks.merge(event("suno", "t", SUCCEEDED, item("k")), Seen.CALLBACK);

            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void aFinalStatusEndsTheWatchUnderItsRead() {
            ledger.tasks.watch("suno", "t", null);
            DueRead read = ledger.tasks.claimReads("suno", 1).get(0);
            ledger.tasks.merge(event("suno", "t", FAILED), Seen.CALLBACK);
            ledger.tasks.endRead(read, TestLedger.WATCH);

            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void aTaskWithoutOutputThatNobodyCanReadIsADeadLetterAtOnce() {
            ledger.tasks.merge(event("blind", "t", SUCCEEDED), Seen.CALLBACK);

            assertThat(ledger.texts("SELECT reason FROM dead_letter")).containsExactly("no_output");
            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void aReadThatFoundNothingYetIsRepeatedThoughTheTaskHasEnded() {
            ledger.tasks.watch("suno", "t", null);
            DueRead read = ledger.tasks.claimReads("suno", 1).get(0);
            ledger.tasks.merge(event("suno", "t", SUCCEEDED), Seen.READ);
            ledger.tasks.endRead(read, Duration.ofSeconds(10));
            clock.move(Duration.ofSeconds(10));

            assertThat(ledger.tasks.claimReads("suno", 1))
                    .extracting(DueRead::attempts)
                    .containsExactly(2);
        }

        @Test
        void aWatchThatGoesWellCountsItsAttemptsAnew() {
            ledger.tasks.watch("suno", "t", null);
            for (int read = 0; read < 3; read++) {
                DueRead due = ledger.tasks.claimReads("suno", 1).get(0);
                assertThat(due.attempts()).isEqualTo(1);
                ledger.tasks.watchOn(due, TestLedger.WATCH);
                clock.move(TestLedger.WATCH);
            }
        }

        @Test
        void anotherEventDoesNotPutTheWatchOff() {
            ledger.tasks.merge(event("suno", "t", SUBMITTED), Seen.CALLBACK);
            clock.move(Duration.ofSeconds(20));
            assertThat(ledger.tasks
                            .merge(event("suno", "t", PROCESSING), Seen.CALLBACK)
                            .reads())
                    .isZero();
            clock.move(Duration.ofSeconds(10));

            assertThat(ledger.tasks.claimReads("suno", 1)).hasSize(1);
        }

        @Test
        void aTaskOfAListedProviderIsNotWatched() {
            ledger.tasks.merge(event("t", PROCESSING), Seen.CALLBACK);

            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void aWatchThatIsAskedForIsReadAtOnce() {
            ledger.tasks.merge(event("suno", "t", PROCESSING), Seen.CALLBACK);
            ledger.tasks.watch("suno", "t", null);

            assertThat(ledger.tasks.claimReads("suno", 1)).hasSize(1);
        }
    }

    @Nested
    class Reading {
        private DueRead claimed(String reason) {
            ledger.tasks.merge(event("t", PROCESSING), Seen.POLL);
            ledger.tasks.read("vidu", "t", reason);
            return ledger.tasks.claimReads("vidu", 1).get(0);
        }

        @Test
        void anEndedReadIsNotDueAgain() {
            ledger.tasks.endRead(claimed("confirm"), null);
            clock.move(Duration.ofDays(1));

            assertThat(ledger.tasks.claimReads("vidu", 1)).isEmpty();
        }

        @Test
        void aReadToBeRepeatedKeepsItsReasonAndCountsItsAttempts() {
            ledger.tasks.endRead(claimed("confirm"), Duration.ofSeconds(5));
            clock.move(Duration.ofSeconds(5));

            DueRead again = ledger.tasks.claimReads("vidu", 1).get(0);
            assertThat(again.reason()).isEqualTo("confirm");
            assertThat(again.attempts()).isEqualTo(2);
        }

        @Test
        void aReadThatWasAskedForMeanwhileStaysDue() {
            DueRead before = claimed("watch");
            ledger.tasks.read("vidu", "t", "refresh");
            ledger.tasks.endRead(before, null);

            assertThat(ledger.tasks.claimReads("vidu", 1))
                    .extracting(DueRead::reason)
                    .containsExactly("refresh");
        }

        @Test
        void aReadThatWasAskedForAndClaimedMeanwhileIsNotEndedByTheOldOne() {
            DueRead before = claimed("watch");
            ledger.tasks.read("vidu", "t", "refresh");
            DueRead after = otherNode.tasks.claimReads("vidu", 1).get(0);
            ledger.tasks.endRead(before, null);
            assertThat(ledger.readReason("t")).isEqualTo("refresh");

            otherNode.tasks.endRead(after, Duration.ofSeconds(5));
            clock.move(Duration.ofSeconds(5));
            assertThat(ledger.tasks.claimReads("vidu", 1)).hasSize(1);
        }

        @Test
        void aReadWhoseLeaseEndedIsNotEndedByTheOldOne() {
            DueRead before = claimed("confirm");
            clock.move(Duration.ofSeconds(61));
            otherNode.tasks.claimReads("vidu", 1);
            ledger.tasks.endRead(before, null);

            assertThat(ledger.readReason("t")).isEqualTo("confirm");
        }

        private List<String> claimedIds(int limit, int first, int watch) {
            return ledger.tasks.claimReads("suno", limit, first, watch).stream()
                    .map(DueRead::taskId)
                    .toList();
        }

        /** Watched tasks that are due since before the others. */
        private void watched(int number) {
            for (int i = 0; i < number; i++) {
                ledger.tasks.watch("suno", "watched-" + i, null);
                clock.move(Duration.ofMillis(1));
            }
            clock.move(Duration.ofMinutes(10));
        }

        @Test
        void aReadThatSomebodyWaitsForComesBeforeThoseThatWatch() {
            watched(3);
            ledger.tasks.merge(event("suno", "told", PROCESSING), Seen.HINT);
            ledger.tasks.read("suno", "told", "confirm");

            assertThat(claimedIds(2, 0, 2)).containsExactly("told", "watched-0");
            assertThat(claimedIds(5, 0, 1)).containsExactly("watched-1");
        }

        @Test
        void aWatchedTaskThatIsOverdueIsPutForwardWhenSomebodyWaitsForIt() {
            watched(3);
            ledger.tasks.read("suno", "watched-2", "confirm");

            assertThat(claimedIds(1, 0, 1)).containsExactly("watched-2");
        }

        @Test
        void aWatchDoesNotTakeThePlaceOfAReadThatSomebodyWaitsFor() {
            ledger.tasks.watch("suno", "t", null);
            ledger.tasks.read("suno", "t", "confirm");
            ledger.tasks.endRead(ledger.tasks.claimReads("suno", 1).get(0), Duration.ofMinutes(5));
            ledger.tasks.watch("suno", "t", null);

            assertThat(ledger.tasks.claimReads("suno", 1))
                    .extracting(DueRead::reason)
                    .containsExactly("confirm");
        }

        @Test
        void someThatWatchComeFirstWhereTheirTurnIsDue() {
            watched(3);
            for (int i = 0; i < 3; i++) {
                ledger.tasks.merge(event("suno", "told-" + i, PROCESSING), Seen.HINT);
                ledger.tasks.read("suno", "told-" + i, "confirm");
            }

            assertThat(claimedIds(3, 1, 3)).hasSize(3).contains("watched-0").doesNotContain("watched-1");
        }

        @Test
        void theReadForTheNearestExpiryComesFirst() {
            Duration[] lives = {Duration.ofDays(9), Duration.ofHours(5), Duration.ofMinutes(2), Duration.ofDays(1)};
            for (Duration life : lives) {
                String url = "https://cdn.example/" + life;
                ledger.tasks.merge(
                        event(
                                "task-" + life,
                                PROCESSING,
                                item("k", url, clock.instant().plus(life))),
                        Seen.POLL);
            }
            for (Claimed media : ledger.media.claim(lives.length)) {
                ledger.media.refresh(
                        media, Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "for the test");
            }
            ledger.tasks.read("vidu", "task-PT24H", "confirm");

            List<String> order = new ArrayList<>();
            for (int i = 0; i < lives.length; i++) {
                order.add(ledger.tasks.claimReads("vidu", 1).get(0).taskId());
            }
            assertThat(order).containsExactly("task-PT2M", "task-PT5H", "task-PT24H", "task-PT216H");
        }

        @Test
        void aReadThatWasPutOffIsNoAttempt() {
            DueRead read = claimed("confirm");
            ledger.tasks.putOff(read, Duration.ofSeconds(5));
            assertThat(ledger.tasks.claimReads("vidu", 1)).isEmpty();
            clock.move(Duration.ofSeconds(5));

            assertThat(ledger.tasks.claimReads("vidu", 1))
                    .extracting(DueRead::attempts)
                    .containsExactly(1);
        }

        @Test
        void theReadsOfAnotherProviderAreNotClaimed() {
            claimed("confirm");
            ledger.tasks.read("vidu", "t", "detail");

            assertThat(ledger.tasks.claimReads("kling", 10)).isEmpty();
        }

        @Test
        void anUnknownTaskHasNoRead() {
            ledger.tasks.read("vidu", "unknown", "detail");

            assertThat(ledger.count("task")).isZero();
        }
    }
}
