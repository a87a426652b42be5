package io.mediakeep.ledger;

import static io.mediakeep.ledger.TestLedger.bytes;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.CallbackLedger.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the ledger promises of callbacks. */
abstract class CallbackContract extends NounContract {
    @Nested
    class Recording {
        @Test
        void aCallbackIsRecordedOnce() {
            assertThat(ledger.callbacks.record("vidu", "id-1", true, bytes("{}")))
                    .isTrue();
            assertThat(ledger.callbacks.record("vidu", "id-1", true, bytes("{}")))
                    .isFalse();
            assertThat(otherNode.callbacks.record("vidu", "id-1", false, bytes("[]")))
                    .isFalse();
            assertThat(ledger.callbacks.record("kling", "id-1", true, bytes("{}")))
                    .isTrue();
            assertThat(ledger.count("callback")).isEqualTo(2);
        }

        @Test
        void anotherBodyUnderAUsedKeyIsTold() {
            ledger.callbacks.record("vidu", "id-1", true, bytes("{}"));

            assertThat(ledger.callbacks.isAnother("vidu", "id-1", bytes("{}"))).isFalse();
            assertThat(ledger.callbacks.isAnother("vidu", "id-1", bytes("{ }"))).isTrue();
            assertThat(ledger.callbacks.isAnother("kling", "id-1", bytes("{ }")))
                    .isFalse();
        }

        @Test
        void theBodyIsKeptToTheByte() {
            byte[] body = new byte[256];
            for (int i = 0; i < body.length; i++) {
                body[i] = (byte) i;
            }
            ledger.callbacks.record("vidu", "id-1", false, body);

            Received received = ledger.callbacks.claim(10).get(0);
            assertThat(received.body()).isEqualTo(body);
            assertThat(received.covered()).isFalse();
            assertThat(received.receivedAt()).isEqualTo(MovableClock.START);
        }

        @Test
        void fiftyEqualCallbacksAtOnceAreOneRow() throws Exception {
            List<Callable<Boolean>> deliveries =
                    new ArrayList<>(times(25, () -> ledger.callbacks.record("vidu", "same", true, bytes("{}"))));
            deliveries.addAll(times(25, () -> otherNode.callbacks.record("vidu", "same", true, bytes("{}"))));

            assertThat(together(deliveries)).filteredOn(fresh -> fresh).hasSize(1);
            assertThat(ledger.count("callback")).isEqualTo(1);
        }

        @Test
        void everyAcknowledgedRowOfSixtyFourThreadsIsThereAfterReopening() throws Exception {
            Set<String> acknowledged = new HashSet<>();
            ConcurrentLinkedQueue<String> keys = new ConcurrentLinkedQueue<>();
            TestLedger writer = new TestLedger(LedgerContract.database("reopened"), clock, "writer");
            ExecutorService threads = Executors.newFixedThreadPool(64);
            try {
                List<Future<?>> running = new ArrayList<>();
                for (int thread = 0; thread < 64; thread++) {
                    String name = "t" + thread + "-";
                    running.add(threads.submit(() -> {
                        for (int i = 0; i < 50; i++) {
                            writer.callbacks.record("vidu", name + i, true, bytes("{}"));
                            keys.add(name + i);
                        }
                    }));
                }
                // Closed in the middle of it: what was not acknowledged may be lost, nothing else.
                while (keys.size() < 640) {
                    Thread.onSpinWait();
                }
                writer.close();
                for (Future<?> thread : running) {
                    try {
                        thread.get(20, TimeUnit.SECONDS);
                    } catch (ExecutionException e) {
                        assertThat(e).hasCauseInstanceOf(LedgerUnavailableException.class);
                    }
                }
            } finally {
                threads.shutdownNow();
            }
            acknowledged.addAll(keys);

            TestLedger reopened = new TestLedger(LedgerContract.database("reopened"), clock, "reader");
            try (reopened) {
                assertThat(new HashSet<>(reopened.texts("SELECT callback_key FROM callback")))
                        .containsAll(acknowledged);
            }
        }
    }

    @Nested
    class Claiming {
        @ParameterizedTest
        @EnumSource
        void theLongestDueComesFirst(Station station) {
            List<String> names = station.fill(ledger, 12);

            assertThat(station.claim(ledger, 5)).containsExactlyInAnyOrderElementsOf(names.subList(0, 5));
            assertThat(station.claim(ledger, 50)).containsExactlyInAnyOrderElementsOf(names.subList(5, 12));
        }

        @ParameterizedTest
        @EnumSource(names = {"CALLBACK", "MEDIA", "OUTBOX"})
        void aClaimIsInOrder(Station station) {
            assertThat(station.fill(ledger, 40)).isEqualTo(station.claim(ledger, 40));
        }

        @ParameterizedTest
        @EnumSource
        void aClaimedRowIsNobodysUntilItsLeaseEnds(Station station) {
            List<String> names = station.fill(ledger, 3);
            assertThat(station.claim(ledger, 10)).hasSize(3);

            clock.move(station.lease.minusMillis(1));
            assertThat(station.claim(ledger, 10)).isEmpty();
            assertThat(station.claim(otherNode, 10)).isEmpty();

            clock.move(Duration.ofMillis(2));
            assertThat(station.claim(otherNode, 10)).containsExactlyInAnyOrderElementsOf(names);
            assertThat(station.claim(ledger, 10)).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void concurrentClaimersNeverGetTheSameRow(Station station) throws Exception {
            List<String> names = station.fill(ledger, 60);
            Function<TestLedger, Callable<List<String>>> claimer = node -> () -> {
                List<String> mine = new ArrayList<>();
                for (List<String> some = station.claim(node, 7); !some.isEmpty(); some = station.claim(node, 7)) {
                    mine.addAll(some);
                }
                return mine;
            };
            List<Callable<List<String>>> claimers = new ArrayList<>(times(3, claimer.apply(ledger)));
            claimers.addAll(times(3, claimer.apply(otherNode)));

            assertThat(together(claimers).stream().flatMap(List::stream).toList())
                    .containsExactlyInAnyOrderElementsOf(names);
        }

        @ParameterizedTest
        @EnumSource
        void nothingIsClaimedOfEmptyTables(Station station) {
            assertThat(station.claim(ledger, 10)).isEmpty();
        }
    }

    @Nested
    class Callbacks {
        private Received received(String key) {
            ledger.callbacks.record("vidu", key, true, bytes("{}"));
            return ledger.callbacks.claim(1).get(0);
        }

        @Test
        void aDoneCallbackIsNotClaimedAgain() {
            ledger.done(received("id"));
            clock.move(Duration.ofHours(1));

            assertThat(ledger.callbacks.claim(10)).isEmpty();
        }

        @Test
        void anUnendedCallbackCountsItsClaims() {
            received("id");
            clock.move(Duration.ofMinutes(1));

            assertThat(ledger.callbacks.claim(10))
                    .extracting(Received::attempts)
                    .containsExactly(2);
        }

        @Test
        void aCallbackWhoseLeaseRanOutHoldsNobodyUp() {
            received("a");
            clock.move(Duration.ofMinutes(1));
            ledger.callbacks.record("vidu", "b", true, bytes("{}"));

            assertThat(ledger.callbacks.claim(25)).extracting(Received::crashes).containsExactly(1, 0);
        }

        @Test
        void aClaimThatWasTakenOverChangesNothing() {
            Received old = received("id");
            clock.move(Duration.ofMinutes(1));
            Received current = otherNode.callbacks.claim(1).get(0);

            assertThat(ledger.done(old)).isFalse();
            assertThat(ledger.callbacks.dead(old, "mapping", "late")).isFalse();
            ledger.callbacks.postpone(old, Duration.ZERO);
            assertThat(ledger.count("dead_letter")).isZero();
            assertThat(ledger.callbacks.claim(1)).isEmpty();
            assertThat(otherNode.done(current)).isTrue();
        }

        @Test
        void whatCallbacksTellIsMergedAndTheyEndInOneTransaction() {
            Received first = received("a");
            Received second = received("b");
            List<Told> told = List.of(
                    new Told(second, event("t2", TaskStatus.SUCCEEDED, item("k")), Seen.CALLBACK),
                    new Told(first, event("t1", TaskStatus.PROCESSING), Seen.CALLBACK));

            assertThat(ledger.callbacks.merge(ledger.tasks, told)).isEqualTo(new MergeResult(2, 2, 1, 1, 0));
            assertThat(ledger.status("t1")).isEqualTo("processing");
            assertThat(ledger.status("t2")).isEqualTo("succeeded");
            assertThat(ledger.count("callback WHERE state = 'done'")).isEqualTo(2);
        }

        @Test
        void twoCallbacksOfOneTaskAreMergedInTheirOrder() {
            List<Told> told = List.of(
                    new Told(received("a"), event("t", TaskStatus.PROCESSING), Seen.CALLBACK),
                    new Told(received("b"), event("t", TaskStatus.SUCCEEDED, item("k")), Seen.CALLBACK));

            assertThat(ledger.callbacks.merge(ledger.tasks, told)).isEqualTo(new MergeResult(2, 1, 1, 1, 0));
            assertThat(ledger.status("t")).isEqualTo("succeeded");
        }

        @Test
        void aCallbackThatWasTakenOverIsNotEndedByTheMergeOfTheOldClaim() {
            Received old = received("id");
            clock.move(Duration.ofMinutes(1));
            Received current = otherNode.callbacks.claim(1).get(0);

            ledger.callbacks.merge(
                    ledger.tasks, List.of(new Told(old, event("t", TaskStatus.PROCESSING), Seen.CALLBACK)));

            assertThat(ledger.count("callback WHERE state = 'received'")).isEqualTo(1);
            assertThat(otherNode.done(current)).isTrue();
        }

        @Test
        void aPostponedCallbackIsDueAfterThePauseAndTheClaimDoesNotCount() {
            Received callback = received("id");
            ledger.callbacks.postpone(callback, Duration.ofSeconds(5));
            clock.move(Duration.ofMillis(4_999));
            assertThat(ledger.callbacks.claim(10)).isEmpty();

            clock.move(Duration.ofMillis(1));
            assertThat(ledger.callbacks.claim(10))
                    .extracting(Received::attempts)
                    .containsExactly(1);
        }

        @Test
        void anEndedCallbackIsNotPostponed() {
            Received callback = received("id");
            ledger.done(callback);
            ledger.callbacks.postpone(callback, Duration.ZERO);

            assertThat(ledger.callbacks.claim(10)).isEmpty();
        }

        @Test
        void aDeadCallbackIsOneLetterHoweverOftenItIsGivenUp() {
            Received callback = received("id");
            ledger.callbacks.dead(callback, "payload_json", "line 1");
            ledger.callbacks.dead(callback, "payload_json", "line 1");

            assertThat(ledger.count("dead_letter")).isEqualTo(1);
            assertThat(ledger.count("outbox WHERE channel = 'dead-letter'")).isEqualTo(1);
            assertThat(ledger.count("outbox WHERE channel = 'announce'")).isZero();
        }

        @Test
        void aDoneCallbackIsNoDeadLetter() {
            Received callback = received("id");
            ledger.done(callback);
            ledger.callbacks.dead(callback, "mapping", "late");

            assertThat(ledger.count("dead_letter")).isZero();
        }
    }
}
