package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUBMITTED;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.EXPIRY;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.bytes;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static io.mediakeep.ledger.TestLedger.placed;
import static io.mediakeep.ledger.TestLedger.unknown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Checksum.Algorithm;
import io.mediakeep.digest.Digests;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.CallbackLedger.Told;
import io.mediakeep.ledger.LedgerQueries.Page;
import io.mediakeep.ledger.LedgerQueries.Summary;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Quota;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.TaskLedger.DueRead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ledger promises on either database. Each test starts with empty tables and a clock that stands still. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class LedgerContract {
    private static final UploadLedger.Source SOURCE =
            new UploadLedger.Source("cdn.example", "\"v1\"", 24, "XUFAKrxLKna5cZ2REBfFkg==");

    private static Function<String, Database> databases;
    private static TestLedger first;
    private static TestLedger second;

    TestLedger ledger;
    TestLedger otherNode;
    MovableClock clock;

    private static PollLedger.Cursor failedBefore(int times) {
        return new PollLedger.Cursor(null, times, 1, null, null);
    }

    /** Claims a list that is due, and says where its cursor stands. */
    private static String place(TestLedger node) {
        PollLedger.Cursor cursor = node.polls.claim("vidu", "tasks").orElseThrow();
        return cursor.coveredUntil() + " after " + cursor.failures() + " failures";
    }

    /** Called once by each subclass, with what opens a database of that name. */
    static void open(Function<String, Database> opener) {
        databases = opener;
    }

    @BeforeEach
    void begin() throws Exception {
        if (first == null) {
            MovableClock shared = new MovableClock();
            first = new TestLedger(databases.apply("ledger"), shared, "node-1");
            Database again = first.database.isExclusive() ? first.database : databases.apply("ledger");
            second = new TestLedger(again, shared, "node-2");
        }
        ledger = first;
        otherNode = second;
        clock = first.clock;
        clock.move(Duration.between(clock.instant(), MovableClock.START));
        TestLedger.empty(first.database);
    }

    @AfterAll
    static void close() {
        first.close();
        second.close();
        first = null;
    }

    /** Runs all at the same time and gives their results. */
    static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    static <T> List<Callable<T>> times(int times, Callable<T> task) {
        return IntStream.range(0, times).mapToObj(i -> task).toList();
    }

    @Nested
    class Outputs {
        private static final String URL = "https://cdn.example/a.mp4";

        private List<String> keys() {
            return ledger.texts("SELECT media_key FROM media ORDER BY media_key");
        }

        private List<String> aliases() {
            return ledger.texts("SELECT alias_key || '=' || media_key FROM media_alias ORDER BY alias_key");
        }

        private MediaLedger.Stored object(String key, String content) {
            return new MediaLedger.Stored(
                    key, 7, new Checksum(Algorithm.SHA256, content.repeat(64)), "video/mp4", "cdn.example");
        }

        @Test
        void oneOutputThatTwoListsNameOtherwiseIsOneMedia() {
            ledger.tasks.merge(event("t", SUCCEEDED, placed("video-7", URL, "video:0")), Seen.POLL);
            ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
            ledger.tasks.merge(event("t", SUCCEEDED, placed("video-99", URL + "?x=2", "video:0")), Seen.POLL);

            assertThat(keys()).containsExactly("video-7");
            assertThat(aliases()).containsExactly("video-99=video-7");
            assertThat(ledger.media.claim(9)).isEmpty();
            assertThat(ledger.manifests.claim(9))
                    .as("the manifest tells the alias")
                    .hasSize(1);
        }

        @Test
        void anAliasBringsAFresherUrlToItsMedia() {
            ledger.tasks.merge(event("t", SUCCEEDED, placed("video-0", URL + "?sig=1", "video:0")), Seen.CALLBACK);
            MediaItem later = new MediaItem(
                    "video-7", "video", URL + "?sig=2", EXPIRY.plusSeconds(9), null, null, null, null, "video:0");
            ledger.tasks.merge(event("t", SUCCEEDED, later), Seen.POLL);
            ledger.tasks.merge(event("t", SUCCEEDED, later), Seen.POLL);

            assertThat(ledger.texts("SELECT url FROM media")).containsExactly(URL + "?sig=2");
            assertThat(aliases()).containsExactly("video-7=video-0");
        }

        @Test
        void twoOutputsOfOneAnswerStayTwoHoweverEqual() {
            ledger.tasks.merge(
                    event("t", SUCCEEDED, placed("a", URL, "video:0"), placed("b", URL, "video:1")), Seen.POLL);
            ledger.media
                    .claim(2)
                    .forEach(media -> ledger.media.stored(
                            media, object("vidu/t/" + media.id().mediaKey(), "a")));

            assertThat(ledger.count("media")).isEqualTo(2);
            assertThat(aliases()).isEmpty();
            assertThat(ledger.count("discarded_object")).isZero();
        }

        @Test
        void anOutputThatMovedDownInItsListKeepsItsMedia() {
            ledger.tasks.merge(event("t", PROCESSING, placed("image-0", URL, "image:0")), Seen.POLL);
            ledger.tasks.merge(
                    event(
                            "t",
                            SUCCEEDED,
                            placed("image-0", "https://cdn.example/b.mp4", "image:0"),
                            placed("image-0-2", URL, "image:1")),
                    Seen.POLL);

            assertThat(ledger.texts("SELECT media_key || ' ' || url FROM media ORDER BY media_key"))
                    .containsExactly("image-0 " + URL, "image-0-2 https://cdn.example/b.mp4");
        }

        @Test
        void theSameBytesAtTheSamePlaceFromAnotherListAreOneObject() {
            ledger.tasks.merge(event("t", SUCCEEDED, placed("video-7", URL, "video:0")), Seen.POLL);
            ledger.tasks.merge(
                    event("t", SUCCEEDED, placed("video-99", "https://other.example/q.mp4", "video:0")), Seen.POLL);
            List<MediaLedger.Claimed> claimed = ledger.media.claim(2);
            claimed.forEach(media -> assertThat(ledger.media.stored(
                            media, object("vidu/t/" + media.id().mediaKey(), "a")))
                    .isTrue());

            assertThat(ledger.count("media")).isEqualTo(1);
            String kept = keys().get(0);
            String other = kept.equals("video-7") ? "video-99" : "video-7";
            assertThat(aliases()).containsExactly(other + "=" + kept);
            assertThat(ledger.texts("SELECT object_key FROM discarded_object")).containsExactly("vidu/t/" + other);
            assertThat(ledger.texts("SELECT type FROM outbox WHERE type = 'media.stored'"))
                    .hasSize(1);
        }

        @Test
        void aKeyIsNotTakenForOneThatOnlyLooksLikeIt() {
            ledger.tasks.merge(event("t", SUCCEEDED, placed("a_b", URL, "video:0")), Seen.POLL);
            ledger.media.stored(ledger.media.claim(1).get(0), object("vidu/t/a_b", "a"));
            ledger.tasks.merge(
                    event(
                            "t",
                            SUCCEEDED,
                            placed("k", "https://other.example/k.mp4", "video:0"),
                            placed("axb", "https://other.example/x.mp4", "video:1")),
                    Seen.POLL);
            ledger.media.claim(2).stream()
                    .filter(media -> media.id().mediaKey().equals("k"))
                    .forEach(media -> ledger.media.stored(media, object("vidu/t/k", "a")));

            assertThat(aliases()).containsExactly("k=a_b");
        }

        @Test
        void otherBytesAtTheSamePlaceAreAnotherOutput() {
            ledger.tasks.merge(event("t", SUCCEEDED, placed("video-7", URL, "video:0")), Seen.POLL);
            ledger.tasks.merge(
                    event("t", SUCCEEDED, placed("video-99", "https://other.example/q.mp4", "video:0")), Seen.POLL);
            List<MediaLedger.Claimed> claimed = ledger.media.claim(2);
            ledger.media.stored(claimed.get(0), object("one", "a"));
            ledger.media.stored(claimed.get(1), object("two", "b"));

            assertThat(ledger.count("media")).isEqualTo(2);
        }

        @Test
        void whatWasCopiedBeforeTheEndIsCopiedAgainWhereTheLastWordNamesAnotherAddress() {
            ledger.tasks.merge(event("t", PROCESSING, placed("k", "https://cdn.example/stream/1", "a:0")), Seen.POLL);
            ledger.media.stored(ledger.media.claim(1).get(0), object("vidu/t/k.mp3", "a"));

            ledger.tasks.merge(event("t", SUCCEEDED, placed("k", URL, "a:0")), Seen.POLL);

            MediaLedger.Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.url()).isEqualTo(URL);
            assertThat(again.replaces()).isEqualTo("vidu/t/k.mp3");
            MediaLedger.End end = ledger.media.end(again, object("vidu/t/k.wav", "b"));
            assertThat(end).isEqualTo(new MediaLedger.End(true, "vidu/t/k.mp3"));
            assertThat(ledger.texts("SELECT object_key FROM discarded_object")).containsExactly("vidu/t/k.mp3");
            ledger.tasks.merge(event("t", SUCCEEDED, placed("k", "https://cdn.example/third", "a:0")), Seen.POLL);
            assertThat(ledger.media.claim(1)).as("the last word has been heard").isEmpty();
        }

        @Test
        void whatWasCopiedBeforeTheEndIsFinalWhereTheAddressStays() {
            ledger.tasks.merge(event("t", PROCESSING, placed("k", URL + "?sig=1", "a:0")), Seen.POLL);
            ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
            ledger.tasks.merge(event("t", SUCCEEDED, placed("k", URL + "?sig=2", "a:0")), Seen.POLL);

            assertThat(ledger.media.claim(1)).isEmpty();
            assertThat(ledger.count("media WHERE early = 1")).isZero();
        }

        @Test
        void aCopyThatRunsWhenTheLastWordComesIsNotTheLast() {
            ledger.tasks.merge(event("t", PROCESSING, placed("k", "https://cdn.example/stream/1", "a:0")), Seen.POLL);
            MediaLedger.Claimed running = ledger.media.claim(1).get(0);
            ledger.tasks.merge(event("t", SUCCEEDED, placed("k", URL, "a:0")), Seen.CALLBACK);

            assertThat(ledger.media.stored(running, OBJECT)).isFalse();
            MediaLedger.Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.url()).isEqualTo(URL);
            assertThat(again.replaces()).isEmpty();
        }

        @Test
        void theLastWordCountsAlsoWhereACallbackEndedTheTaskWithoutIt() {
            ledger.tasks.merge(event("t", PROCESSING, placed("k", "https://cdn.example/stream/1", "a:0")), Seen.POLL);
            ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK);
            ledger.tasks.merge(List.of(event("t", SUCCEEDED, placed("k", URL, "a:0"))), Seen.POLL);

            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @Test
        void aMessageOfAFailureDoesNotStayWithASuccess() {
            TaskEvent failed = new TaskEvent(
                    "vidu", "t", FAILED, true, "no credit", null, null, null, null, null, null, false, List.of());
            ledger.tasks.merge(failed, Seen.POLL);
            assertThat(ledger.task("t")).containsEntry("statusMessage", "no credit");

            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);
            assertThat(ledger.task("t")).containsEntry("statusMessage", null);
        }

        @ParameterizedTest
        @ValueSource(strings = {"no_output", "task_unknown", "status_unknown", "watch_timeout"})
        void aLetterThatItsTaskHasOvertakenIsClosed(String reason) {
            ledger.tasks.merge(event("t", PROCESSING), Seen.POLL);
            ledger.deadLetters.task("vidu", "t", reason, "for the test");
            ledger.deadLetters.task("vidu", "other", reason, "for the test");
            ledger.deadLetters.payload("vidu", "id:t", new byte[] {1}, "mapping", "for the test");

            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);

            assertThat(ledger.texts("SELECT letter_key FROM dead_letter WHERE state = 'open'"))
                    .containsExactly("other");
        }

        @Test
        void aLetterWithoutOutputStaysWhileThereIsNone() {
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);
            ledger.deadLetters.task("vidu", "t", "no_output", "for the test");
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);
            assertThat(ledger.count("dead_letter WHERE state = 'open'")).isEqualTo(1);

            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);
            assertThat(ledger.count("dead_letter WHERE state = 'open'")).isZero();
        }
    }

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
            TestLedger writer = new TestLedger(databases.apply("reopened"), clock, "writer");
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

            TestLedger reopened = new TestLedger(databases.apply("reopened"), clock, "reader");
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

    @Nested
    class Merging {
        @Test
        void theHigherRankHoldsInEveryOrderAndFromEveryStream() {
            for (TaskStatus before : TaskStatus.values()) {
                for (TaskStatus after : TaskStatus.values()) {
                    for (Seen one : Seen.values()) {
                        for (Seen two : Seen.values()) {
                            String id = String.join("-", before.word(), one.name(), after.word(), two.name());
                            TaskStatus begin = one == Seen.HINT ? SUBMITTED : before;
                            TaskStatus told = two == Seen.HINT ? SUBMITTED : after;
                            TaskStatus end = told.rank() > begin.rank() ? told : begin;
                            boolean moved = end != begin && end.isFinal();

                            ledger.tasks.merge(event(id, before, item("k")), one);
                            MergeResult result = ledger.tasks.merge(event(id, after, item("k")), two);

                            assertThat(ledger.status(id)).as(id).isEqualTo(end.word());
                            assertThat(result.tasks()).as(id).isZero();
                            assertThat(result.finished()).as(id).isEqualTo(moved ? 1 : 0);
                            assertThat(ledger.count("outbox WHERE task_id = ?", id))
                                    .as(id)
                                    .isEqualTo((begin.isFinal() ? 1 : 0) + (moved ? 1 : 0));
                            boolean conflict = begin.isFinal() && told.isFinal() && begin != told && two != Seen.READ;
                            assertThat("conflict".equals(ledger.readReason(id)))
                                    .as(id)
                                    .isEqualTo(conflict);
                        }
                    }
                }
            }
        }

        @Test
        void aTaskRemembersWhoSawItFirstAndWhenEachStreamDid() {
            ledger.tasks.merge(event("t", PROCESSING), Seen.POLL);
            assertThat(ledger.task("t"))
                    .containsEntry("firstSeenBy", "poll")
                    .containsEntry("firstSeenAt", "2026-11-21T08:00:00Z")
                    .containsEntry("polledAt", "2026-11-21T08:00:00Z")
                    .containsEntry("callbackAt", null)
                    .containsEntry("finishedAt", null);

            clock.move(Duration.ofSeconds(1));
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK);
            clock.move(Duration.ofSeconds(1));
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK);
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.POLL);
            assertThat(ledger.task("t"))
                    .containsEntry("firstSeenBy", "poll")
                    .containsEntry("polledAt", "2026-11-21T08:00:00Z")
                    .containsEntry("callbackAt", "2026-11-21T08:00:01Z")
                    .containsEntry("finishedAt", "2026-11-21T08:00:01Z");
        }

        @Test
        void aLaterSightingOfTheSameStatusIsNoted() {
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK);
            clock.move(Duration.ofSeconds(1));
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);

            assertThat(ledger.task("t"))
                    .containsEntry("firstSeenBy", "callback")
                    .containsEntry("callbackAt", "2026-11-21T08:00:00Z")
                    .containsEntry("polledAt", "2026-11-21T08:00:01Z");
        }

        @Test
        void aWatchedTaskWasNotPolledYet() {
            assertThat(ledger.tasks.watch("suno", "t", null)).isTrue();
            assertThat(ledger.tasks.watch("suno", "t", null)).isFalse();

            assertThat(ledger.task("suno", "t"))
                    .containsEntry("firstSeenBy", "watch")
                    .containsEntry("callbackAt", null)
                    .containsEntry("polledAt", null);
        }

        @Test
        void whatALaterEventAddsIsKeptAndWhatItLeavesOutStays() {
            TaskEvent rich = new TaskEvent(
                    "vidu",
                    "t",
                    SUCCEEDED,
                    true,
                    "fine",
                    "order-42",
                    MovableClock.START.minusSeconds(60),
                    MovableClock.START,
                    "0010.50",
                    "viduq2",
                    "img2video",
                    false,
                    List.of());
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK);
            ledger.tasks.merge(rich, Seen.POLL);
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);

            assertThat(ledger.task("t"))
                    .containsEntry("statusMessage", "fine")
                    .containsEntry("externalTaskId", "order-42")
                    .containsEntry("units", "0010.50")
                    .containsEntry("model", "viduq2")
                    .containsEntry("createdAt", "2026-11-21T07:59:00Z");
        }

        @Test
        void aHintIsBelievedNothingButThatTheTaskExists() {
            MergeResult result = ledger.tasks.merge(
                    new TaskEvent(
                            "vidu",
                            "t",
                            SUCCEEDED,
                            true,
                            "forged",
                            "forged",
                            null,
                            null,
                            "9",
                            "m",
                            null,
                            false,
                            List.of(item("k"))),
                    Seen.HINT);

            assertThat(result).isEqualTo(new MergeResult(1, 1, 0, 0, 1));
            assertThat(ledger.task("t"))
                    .containsEntry("status", "submitted")
                    .containsEntry("statusMessage", null)
                    .containsEntry("externalTaskId", null)
                    .containsEntry("units", null)
                    .containsEntry("firstSeenBy", "callback");
            assertThat(ledger.readReason("t")).isEqualTo("confirm");
            assertThat(ledger.count("media")).isZero();
            assertThat(ledger.count("outbox")).isZero();
        }

        @Test
        void anOpenHintOfAListedProviderAsksForNoRead() {
            ledger.tasks.merge(event("t", PROCESSING), Seen.HINT);

            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void mediaAreAddedByKeyAsTheyCome() {
            assertThat(ledger.tasks
                            .merge(event("t", PROCESSING, item("0"), item("1"), item("2")), Seen.CALLBACK)
                            .media())
                    .isEqualTo(3);
            assertThat(ledger.tasks
                            .merge(event("t", SUCCEEDED, item("1"), item("0")), Seen.POLL)
                            .media())
                    .isZero();
            ledger.tasks.merge(event("t", SUCCEEDED, item("3")), Seen.POLL);

            assertThat(ledger.texts("SELECT media_key FROM media ORDER BY media_key"))
                    .containsExactly("0", "1", "2", "3");
        }

        @Test
        void aFresherUrlReplacesAnOlderOne() {
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://a/1", EXPIRY)), Seen.CALLBACK);
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://a/2", EXPIRY.plusSeconds(1))), Seen.POLL);
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://a/3", EXPIRY)), Seen.CALLBACK);

            assertThat(ledger.texts("SELECT url FROM media")).containsExactly("https://a/2");
        }

        @Test
        void theUrlOfAReadIsAlwaysFresher() {
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://a/1", EXPIRY)), Seen.CALLBACK);
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://a/2", EXPIRY.minusSeconds(9))), Seen.READ);

            assertThat(ledger.texts("SELECT url FROM media")).containsExactly("https://a/2");
            assertThat(ledger.text("SELECT expires_at FROM media"))
                    .isEqualTo(Long.toString(EXPIRY.minusSeconds(9).toEpochMilli()));
        }

        @Test
        void aStoredMediaKeepsItsUrlAndIsNotCopiedAgain() {
            ledger.media.stored(ledger.claimedMedia("t"), OBJECT);
            for (Seen seen : Seen.values()) {
                ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://other/", EXPIRY.plusSeconds(9))), seen);
            }

            assertThat(ledger.media.claim(10)).isEmpty();
            assertThat(ledger.texts("SELECT url FROM media")).containsExactly("https://cdn.example/k");
        }

        @Test
        void twoFinalStatesRaiseOneRead() {
            ledger.tasks.merge(event("t", FAILED), Seen.CALLBACK);
            MergeResult second = ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.CALLBACK);
            assertThat(second.reads()).isEqualTo(1);
            assertThat(ledger.task("t")).containsEntry("conflictAt", "2026-11-21T08:00:00Z");
            ledger.tasks.endRead(ledger.tasks.claimReads("vidu", 1).get(0), null);

            ledger.tasks.merge(event("t", FAILED), Seen.CALLBACK);
            ledger.tasks.merge(event("t", FAILED), Seen.POLL);
            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void aFailedAfterASucceededRaisesOneReadAndChangesNothing() {
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.CALLBACK);
            assertThat(ledger.tasks.merge(event("t", FAILED), Seen.POLL).reads())
                    .isEqualTo(1);
            assertThat(ledger.tasks.merge(event("t", FAILED), Seen.POLL).reads())
                    .isZero();

            assertThat(ledger.status("t")).isEqualTo("succeeded");
            assertThat(ledger.count("outbox WHERE channel = 'announce'")).isEqualTo(1);
        }

        @Test
        void aListThatShowsAnUnknownStatusAsksForReadsUntilThereIsALetter() {
            assertThat(ledger.tasks.merge(unknown("strange"), Seen.POLL).reads())
                    .isEqualTo(1);
            assertThat(ledger.tasks.merge(unknown("strange"), Seen.POLL).reads())
                    .isZero();
            TaskLedger.DueRead read = ledger.tasks.claimReads("vidu", 1).get(0);

            assertThat(ledger.tasks.unknownStatus("vidu", "strange", 10)).isTrue();
            assertThat(ledger.tasks.unknownStatus("vidu", "strange", 11)).isFalse();
            ledger.tasks.endRead(read, null);

            assertThat(ledger.tasks.merge(unknown("strange"), Seen.POLL).reads())
                    .isZero();
            assertThat(ledger.text("SELECT reason FROM dead_letter")).isEqualTo("status_unknown");
            assertThat(ledger.status("strange")).isEqualTo("submitted");
        }

        @Test
        void anUnknownStatusThatNobodyCanReadIsALetterAtOnce() {
            TaskEvent event = new TaskEvent(
                    "blind", "b", SUBMITTED, false, null, null, null, null, null, null, null, false, List.of());
            ledger.tasks.merge(event, Seen.CALLBACK);
            ledger.tasks.merge(event, Seen.CALLBACK);
            assertThat(ledger.count("dead_letter WHERE reason = 'status_unknown'"))
                    .isEqualTo(1);
        }

        @Test
        void anUnknownStatusOfACallbackIsLookedUp() {
            assertThat(ledger.tasks.merge(unknown("t"), Seen.CALLBACK).reads()).isEqualTo(1);
            assertThat(ledger.status("t")).isEqualTo("submitted");
            assertThat(ledger.readReason("t")).isEqualTo("detail");

            assertThat(ledger.tasks.merge(unknown("polled"), Seen.POLL).reads()).isEqualTo(1);
            assertThat(ledger.tasks.merge(unknown("hinted"), Seen.HINT).reads()).isEqualTo(1);
        }

        @Test
        void anUnknownStatusNeverMovesATask() {
            ledger.tasks.merge(event("t", PROCESSING), Seen.CALLBACK);
            ledger.tasks.merge(unknown("t"), Seen.READ);

            assertThat(ledger.status("t")).isEqualTo("processing");
        }

        @Test
        void anEventThatTellsLessThanAReadIsReadOncePerMove() {
            TaskEvent brief = new TaskEvent(
                    "vidu", "t", SUCCEEDED, true, null, null, null, null, null, null, null, true, List.of(item("k")));
            assertThat(ledger.tasks.merge(brief, Seen.POLL).reads()).isEqualTo(1);
            ledger.tasks.endRead(ledger.tasks.claimReads("vidu", 1).get(0), null);

            assertThat(ledger.tasks.merge(brief, Seen.POLL).reads()).isZero();
            assertThat(ledger.readReason("t")).isNull();
        }

        @Test
        void aSuccessWithoutOutputIsReadAndThenToldOnce() {
            assertThat(ledger.tasks.merge(event("t", SUCCEEDED), Seen.CALLBACK).reads())
                    .isEqualTo(1);
            assertThat(ledger.readReason("t")).isEqualTo("no-output");

            ledger.tasks.noOutput("vidu", "t");
            ledger.tasks.noOutput("vidu", "t");
            assertThat(ledger.texts("SELECT reason FROM dead_letter")).containsExactly("no_output");
            assertThat(ledger.count("outbox WHERE channel = 'dead-letter'")).isEqualTo(1);
        }

        @Test
        void aTaskWhoseOutputCameEarlierHasOutput() {
            ledger.tasks.merge(event("t", PROCESSING, item("k")), Seen.CALLBACK);
            ledger.tasks.merge(event("t", SUCCEEDED), Seen.READ);
            ledger.tasks.noOutput("vidu", "t");

            assertThat(ledger.count("dead_letter")).isZero();
        }

        @Test
        void aThousandEventsAreMergedInOneCall() {
            List<TaskEvent> events = IntStream.range(0, 1_000)
                    .mapToObj(i -> event("t" + i % 500, i < 500 ? PROCESSING : SUCCEEDED, item("k")))
                    .toList();

            assertThat(ledger.tasks.merge(events, Seen.POLL)).isEqualTo(new MergeResult(1_000, 500, 500, 500, 0));
        }

        @Test
        void bothStreamsAtOnceMakeOneTaskWithOneMediaAndOneAnnouncement() throws Exception {
            List<TaskEvent> events = IntStream.range(0, 40)
                    .mapToObj(i -> event("t" + i, SUCCEEDED, item("k")))
                    .toList();
            List<Callable<MergeResult>> streams = new ArrayList<>();
            for (TestLedger node : List.of(ledger, otherNode)) {
                streams.add(() -> node.tasks.merge(events, Seen.POLL));
                streams.add(() -> {
                    for (TaskEvent event : events) {
                        node.tasks.merge(event, Seen.CALLBACK);
                    }
                    return MergeResult.NONE;
                });
            }
            together(streams);

            assertThat(ledger.count("task")).isEqualTo(40);
            assertThat(ledger.count("media")).isEqualTo(40);
            assertThat(ledger.count("outbox")).isEqualTo(40);
        }

        @Test
        void mergingAndStoringAtOnceLosesNeither() throws Exception {
            List<TaskEvent> seen = IntStream.range(0, 60)
                    .mapToObj(i -> event("t" + i, SUCCEEDED, item("k")))
                    .toList();
            ledger.tasks.merge(seen, Seen.CALLBACK);
            List<Claimed> claimed = ledger.media.claim(100);
            List<Callable<Object>> work = new ArrayList<>();
            work.add(() -> otherNode.tasks.merge(seen, Seen.POLL));
            for (int lane = 0; lane < 4; lane++) {
                int mine = lane;
                work.add(() -> {
                    for (int i = mine; i < claimed.size(); i += 4) {
                        assertThat(ledger.media.stored(claimed.get(claimed.size() - 1 - i), OBJECT))
                                .isTrue();
                    }
                    return null;
                });
            }
            together(work);

            assertThat(ledger.count("media WHERE state = 'stored'")).isEqualTo(60);
            assertThat(ledger.count("task WHERE polled_at IS NOT NULL")).isEqualTo(60);
        }
    }

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

    @Nested
    class Copying {
        @Test
        void theNearestExpiryComesFirstAndDeadUrlsComeLast() {
            Instant now = clock.instant();
            ledger.tasks.merge(
                    event(
                            "t",
                            SUCCEEDED,
                            item("far", "https://a/", now.plusSeconds(900)),
                            item("dead", "https://a/", now.minusSeconds(900)),
                            item("near", "https://a/", now.plusSeconds(1)),
                            item("now", "https://a/", now)),
                    Seen.CALLBACK);

            assertThat(ledger.media.claim(2)).extracting(m -> m.id().mediaKey()).containsExactly("near", "far");
            assertThat(ledger.media.claim(9)).extracting(m -> m.id().mediaKey()).containsExactly("dead", "now");
        }

        @Test
        void oneClaimPutsDeadUrlsBehindLivingOnes() {
            Instant now = clock.instant();
            ledger.tasks.merge(
                    event(
                            "t",
                            SUCCEEDED,
                            item("dead", "https://a/", now.minusSeconds(900)),
                            item("alive", "https://a/", now.plusSeconds(900))),
                    Seen.CALLBACK);

            assertThat(ledger.media.claim(9)).extracting(m -> m.id().mediaKey()).containsExactly("alive", "dead");
        }

        @Test
        void aClaimSaysWhatTheCopyNeeds() {
            Claimed media = ledger.claimedMedia("t");

            assertThat(media)
                    .isEqualTo(new Claimed(
                            new MediaId("vidu", "t", "k"),
                            "video",
                            "https://cdn.example/k",
                            EXPIRY,
                            1,
                            0,
                            0,
                            0,
                            1,
                            null,
                            null,
                            MovableClock.START,
                            false,
                            0,
                            null));
        }

        @Test
        void anOldFenceChangesNothing() {
            Claimed old = ledger.claimedMedia("t");
            clock.move(Duration.ofSeconds(61));
            assertThat(otherNode.media.takeOver()).isEqualTo(1);
            Claimed current = otherNode.media.claim(1).get(0);
            assertThat(current.fence()).isEqualTo(old.fence() + 1);
            String before = row();

            assertThat(ledger.media.stored(old, OBJECT)).isFalse();
            assertThat(ledger.media.retry(old, Duration.ZERO, true, "stall", ""))
                    .isFalse();
            assertThat(ledger.media.refresh(old, Duration.ZERO, Duration.ZERO, false, true, "url_expired", ""))
                    .isFalse();
            assertThat(ledger.media.dead(old, "stall", "")).isFalse();
            assertThat(ledger.uploads.begin(old, "key", "upload", SOURCE)).isFalse();
            assertThat(ledger.uploads.discard(old)).isFalse();
            assertThat(ledger.uploads.holds(old)).isFalse();
            assertThat(ledger.uploads.find(old)).isEmpty();
            ledger.media.renew(List.of(old));
            assertThat(ledger.media.giveBack()).isZero();
            assertThat(row()).isEqualTo(before);
            assertThat(ledger.count("outbox")).isEqualTo(1);
            assertThat(ledger.count("dead_letter")).isZero();
            assertThat(ledger.readReason("t")).isNull();

            assertThat(otherNode.media.stored(current, OBJECT)).isTrue();
            assertThat(otherNode.media.stored(current, OBJECT)).isFalse();
        }

        private String row() {
            return ledger.text("SELECT state || ' ' || due_at || ' ' || attempts || ' ' || refreshes || ' ' || fence"
                    + " || ' ' || lease_until || ' ' || node || ' ' || COALESCE(upload_id, '-') FROM media");
        }

        @Test
        void aRenewedLeaseIsNotTakenOver() {
            Claimed media = ledger.claimedMedia("t");
            clock.move(Duration.ofSeconds(50));
            ledger.media.renew(List.of(media));
            clock.move(Duration.ofSeconds(50));

            assertThat(otherNode.media.takeOver()).isZero();
            assertThat(ledger.media.stored(media, OBJECT)).isTrue();
        }

        @Test
        void aNodeThatStopsGivesItsLeasesBackWithTheirAttempts() {
            ledger.claimedMedia("t1");
            otherNode.claimedMedia("t2");

            assertThat(ledger.media.giveBack()).isEqualTo(1);
            assertThat(otherNode.media.claim(10))
                    .extracting(m -> m.id().taskId() + " " + m.attempts() + " " + m.fence())
                    .containsExactly("t1 1 2");
        }

        @Test
        void aStoredMediaIsAnnouncedOnceWithoutItsUrl() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.stored(media, OBJECT);

            assertThat(ledger.texts("SELECT type FROM outbox ORDER BY id"))
                    .containsExactly("task.succeeded", "media.stored");
            assertThat(ledger.texts("SELECT data FROM outbox")).noneMatch(data -> data.contains("cdn.example/k"));
            assertThat(ledger.text("SELECT upload_id FROM media")).isNull();
        }

        @Test
        void aCrc32cStandsEverywhereInsteadOfTheSha256() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.stored(
                    media,
                    new Stored(
                            "vidu/t/k.mp4", 7, new Checksum(Algorithm.CRC32C, "e3069283"), "video/mp4", "h.example"));

            assertThat(ledger.task("t").get("media")).asString().contains("sha256=null, crc32c=e3069283");
            assertThat(ledger.manifests
                            .content(ledger.manifests.claim(1).get(0))
                            .get("media"))
                    .asString()
                    .contains("crc32c=e3069283")
                    .doesNotContain("sha256");
            assertThat(ledger.texts("SELECT data FROM outbox WHERE type = 'media.stored'"))
                    .allMatch(data -> data.contains("\"crc32c\":\"e3069283\"") && !data.contains("sha256"))
                    .hasSize(1);
        }

        @Test
        void aRetryThatIsOurOwnTroubleDoesNotCount() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.retry(media, Duration.ofSeconds(5), false, "storage", "down");
            clock.move(Duration.ofSeconds(5));
            Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.attempts()).isEqualTo(1);

            ledger.media.retry(again, Duration.ofSeconds(5), true, "stall", null);
            clock.move(Duration.ofSeconds(4));
            assertThat(ledger.media.claim(1)).isEmpty();
            clock.move(Duration.ofSeconds(1));
            assertThat(ledger.media.claim(1)).extracting(Claimed::attempts).containsExactly(2);
        }

        @Test
        void callbacksAreForgottenOnlyWhenOldAndDone() {
            CareLedger care = ledger.care;
            ledger.callbacks.record("vidu", "done", true, TestLedger.bytes("{}"));
            ledger.done(ledger.callbacks.claim(1).get(0));
            ledger.callbacks.record("vidu", "waits", true, TestLedger.bytes("{}"));
            assertThat(care.forgetCallbacks(Duration.ofDays(30))).isZero();

            clock.move(Duration.ofDays(31));
            assertThat(care.forgetCallbacks(Duration.ofDays(30))).isEqualTo(1);
            assertThat(ledger.callbacks.record("vidu", "waits", true, TestLedger.bytes("{}")))
                    .isFalse();
            assertThat(ledger.callbacks.record("vidu", "done", true, TestLedger.bytes("{}")))
                    .isTrue();
        }

        @Test
        void aRefreshAsksForAReadAndWaitsForIt() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.refresh(media, Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            assertThat(ledger.readReason("t")).isEqualTo("refresh");
            assertThat(ledger.media.claim(1)).isEmpty();

            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://fresh/", EXPIRY)), Seen.READ);
            Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.url()).isEqualTo("https://fresh/");
            assertThat(again.refreshes()).isEqualTo(1);
        }

        @Test
        void aMediaThatAskedForAFreshUrlIsDueWhenOneComes() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://fresh/", EXPIRY)), Seen.POLL);

            assertThat(ledger.media.claim(1)).extracting(Claimed::url).containsExactly("https://fresh/");
        }

        @Test
        void aReadThatBringsNoFreshUrlEndsTheWaitAfterAPause() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);
            ledger.tasks.wakeMedia("vidu", "t", Duration.ofMinutes(1));
            assertThat(ledger.media.claim(1)).isEmpty();

            clock.move(Duration.ofMinutes(1));
            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @Test
        void aRefreshWithoutAReadEndsItsWaitByItself() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            clock.move(Duration.ofHours(1));

            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @Test
        void aMediaThatWaitsForAnotherReasonIsNotWoken() {
            ledger.media.retry(ledger.claimedMedia("t"), Duration.ofHours(1), true, "stall", null);
            ledger.tasks.wakeMedia("vidu", "t", Duration.ZERO);

            assertThat(ledger.media.claim(1)).isEmpty();
        }

        @ParameterizedTest(name = "{0}: {1}, woken: {2}")
        @CsvSource({
            "url_expired, https://cdn.example/k?sig=2, true",
            "resp_status, https://cdn.example/k?sig=2, true",
            "dns, https://other.example/k, true",
            "url_host, https://other.example/k, true",
            "resp_too_large, https://cdn.example/small, true",
            "object_conflict, https://cdn.example/other, true",
            "url_host, https://cdn.example/k?sig=2, false",
            "resp_too_large, https://cdn.example/k?sig=2, false",
            "object_conflict, https://cdn.example/k?sig=2, false",
            "resp_type, https://cdn.example/k?sig=2, false",
            "poison, https://other.example/k, false",
            "url_expired, https://cdn.example/k, false"
        })
        void aChangedUrlWakesADeadMediaWhereItMayHelp(String reason, String url, boolean woken) {
            for (Seen seen : List.of(Seen.POLL, Seen.READ, Seen.CALLBACK)) {
                Claimed media = ledger.claimedMedia(seen.name());
                ledger.media.dead(media, reason, "no");
                ledger.tasks.merge(event(seen.name(), SUCCEEDED, item("k", url, EXPIRY)), seen);

                List<Claimed> claimed = ledger.media.claim(1);
                assertThat(claimed).extracting(Claimed::url).isEqualTo(woken ? List.of(url) : List.of());
                assertThat(ledger.count("dead_letter WHERE state = 'open' AND task_id = ?", seen.name()))
                        .isEqualTo(woken ? 0 : 1);
            }
        }

        @Test
        void aDeadMediaWhoseListSignsAnewAtEachPollIsWokenFiveTimes() {
            Claimed media = ledger.claimedMedia("t");
            for (int i = 0; i < 5; i++) {
                ledger.media.dead(media, "url_expired", "403");
                ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?" + i, EXPIRY)), Seen.POLL);
                media = ledger.media.claim(1).get(0);
            }
            ledger.media.dead(media, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?last", EXPIRY)), Seen.POLL);
            assertThat(ledger.media.claim(1)).isEmpty();

            ledger.deadLetters.replay(null, "url_expired", 1);
            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(
                value = Seen.class,
                names = {"POLL", "CALLBACK"})
        void aUrlThatDiesSoonerIsBetterThanOneThatCameToNothing(Seen seen) {
            MediaItem soon =
                    item("k", "https://cdn.example/k?2", clock.instant().plusSeconds(60));
            Claimed dead = ledger.claimedMedia("dead");
            ledger.media.dead(dead, "resp_status", "404");
            ledger.tasks.merge(event("dead", SUCCEEDED, soon), seen);
            Claimed woken = ledger.media.claim(1).get(0);
            assertThat(woken.expiresAt()).isEqualTo(soon.expiresAt());

            ledger.media.await(ledger.claimedMedia("waits"), Duration.ofHours(1), "resp_status", "404");
            ledger.tasks.merge(event("waits", SUCCEEDED, soon), seen);
            assertThat(ledger.media.claim(1)).extracting(Claimed::url).containsExactly(soon.url());
        }

        @Test
        void aMediaThatWaitsForItsSourceIsDueWhenItsUrlChanges() {
            ledger.media.await(ledger.claimedMedia("t"), Duration.ofHours(1), "resp_status", "404");
            assertThat(ledger.media.claim(1)).isEmpty();
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?2", EXPIRY)), Seen.CALLBACK);

            assertThat(ledger.media.claim(1))
                    .extracting(m -> m.attempts() + " " + m.refusals())
                    .containsExactly("1 1");
        }

        @Test
        void onlyAReadThatBringsNothingMakesAUrlStale() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, false, "url_expired", "403");
            clock.move(Duration.ofHours(1));
            Claimed unread = ledger.media.claim(1).get(0);
            assertThat(unread.stale()).isZero();

            ledger.media.refresh(unread, Duration.ZERO, Duration.ofHours(1), false, false, "url_expired", "403");
            ledger.tasks.wakeMedia("vidu", "t", Duration.ZERO);
            Claimed read = ledger.media.claim(1).get(0);
            assertThat(read.stale()).isEqualTo(1);

            ledger.media.refresh(read, Duration.ZERO, Duration.ofHours(1), false, false, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?2", EXPIRY)), Seen.READ);
            assertThat(ledger.media.claim(1)).extracting(Claimed::stale).containsExactly(0);
        }

        @Test
        void aMediaWaitsForItsHostUntilThatIsAccepted() {
            HostLedger hosts = new HostLedger(ledger.ledger, ledger.deadLetters);
            ledger.tasks.merge(event("own", SUCCEEDED, item("k")), Seen.POLL);
            Claimed own = ledger.media.claim(1).get(0);
            assertThat(own.ownRead()).isTrue();
            assertThat(ledger.media.awaitHost(own, Duration.ofHours(20), "cdn.example", "not named"))
                    .isTrue();
            assertThat(ledger.media.awaitHost(own, Duration.ofHours(20), "cdn.example", "lost"))
                    .isFalse();
            Claimed told = ledger.claimedMedia("told");
            assertThat(told.ownRead()).isFalse();
            ledger.media.dead(told, "url_host", "not named", "cdn.example");
            assertThat(ledger.media.claim(2)).isEmpty();
            assertThat(hosts.list("vidu").get("refused").toString())
                    .contains("host=cdn.example", "waiting=1", "dead=1", "nearestExpiry=" + EXPIRY);

            assertThat(hosts.accept("kling", "cdn.example")).isZero();
            assertThat(hosts.accept("vidu", "other.example")).isZero();
            assertThat(ledger.media.claim(2)).isEmpty();
            assertThat(hosts.accept("vidu", "cdn.example")).isEqualTo(2);
            assertThat(hosts.accept("vidu", "cdn.example")).isZero();

            assertThat(ledger.media.claim(2))
                    .hasSize(2)
                    .extracting(Claimed::attempts)
                    .containsOnly(1);
            assertThat(hosts.accepted("vidu")).containsExactly("cdn.example", "other.example");
            assertThat(ledger.count("dead_letter WHERE state = 'open'")).isZero();
        }

        @Test
        void whatWaitsForAHostThatTheSettingsNameByNowGoesOnAtAStart() {
            HostLedger hosts = new HostLedger(ledger.ledger, ledger.deadLetters);
            ledger.tasks.merge(event("own", SUCCEEDED, item("k")), Seen.POLL);
            ledger.media.awaitHost(ledger.media.claim(1).get(0), Duration.ofHours(20), "cdn.example", "not named");
            assertThat(hosts.wakeAll("vidu", host -> host.equals("other.example")))
                    .isZero();
            assertThat(ledger.media.claim(1)).isEmpty();

            assertThat(hosts.wakeAll("vidu", host -> host.equals("cdn.example")))
                    .isEqualTo(1);
            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(
                value = Seen.class,
                names = {"POLL", "READ"})
        void aUrlThatOnlyACallbackNamedIsOursOnceAnAnswerShowsIt(Seen seen) {
            Claimed told = ledger.claimedMedia("t");
            ledger.media.dead(told, "url_host", "not named", "cdn.example");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.CALLBACK);
            assertThat(ledger.media.claim(1)).isEmpty();

            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), seen);
            Claimed own = ledger.media.claim(1).get(0);
            assertThat(own.ownRead()).isTrue();
            ledger.media.dead(own, "url_host", "not named", "cdn.example");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), seen);
            assertThat(ledger.media.claim(1)).as("once").isEmpty();
        }

        @Test
        void anotherHostEndsTheWaitForTheFirst() {
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.POLL);
            ledger.media.awaitHost(ledger.media.claim(1).get(0), Duration.ofHours(20), "cdn.example", "not named");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?2", EXPIRY)), Seen.POLL);
            assertThat(ledger.media.claim(1)).isEmpty();
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://named.example/k", EXPIRY)), Seen.POLL);

            assertThat(ledger.media.claim(1)).extracting(Claimed::url).containsExactly("https://named.example/k");
            assertThat(ledger.text("SELECT refused_host FROM media")).isNull();
        }

        private void put(String host, int from, int count) {
            for (int i = from; i < from + count; i++) {
                String key = host.charAt(0) + String.format("%03d", i);
                ledger.tasks.merge(
                        event(
                                key,
                                SUCCEEDED,
                                item(
                                        key,
                                        "https://" + host + "/" + key,
                                        clock.instant().plusSeconds(600 + i))),
                        Seen.CALLBACK);
            }
        }

        private static List<String> keys(List<Claimed> claimed) {
            return claimed.stream().map(m -> m.id().mediaKey()).toList();
        }

        @Test
        void lanesAreMergedByExpiryWithinTheirRooms() {
            put("a.example", 0, 10);
            put("b.example", 3, 10);
            put("c.example", 0, 10);
            Map<String, Quota> rooms = Map.of("a.example", new Quota(4, 0, false), "b.example", new Quota(9, 0, false));

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), rooms, 8, 0)))
                    .containsExactly("a000", "a001", "a002", "a003", "b003", "b004", "b005", "b006");
        }

        @Test
        void placesThatNoOtherHostWantsAreBorrowedExceptTheReserve() {
            put("a.example", 0, 10);
            put("b.example", 50, 1);
            Map<String, Quota> rooms = Map.of("a.example", new Quota(2, 0, true), "b.example", new Quota(2, 0, true));

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), rooms, 8, 7)))
                    .containsExactly("a000", "a001", "b050", "a002", "a003", "a004", "a005");
        }

        @Test
        void noPlaceIsBorrowedWhileAnotherHostWantsIt() {
            put("a.example", 0, 10);
            put("b.example", 500, 10);
            Map<String, Quota> rooms = Map.of("a.example", new Quota(2, 0, true), "b.example", new Quota(4, 0, true));

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), rooms, 6, 6)))
                    .containsExactly("a000", "a001", "b500", "b501", "b502", "b503");
        }

        @Test
        void aHostWithoutRoomIsLeftAlone() {
            put("a.example", 0, 3);
            put("b.example", 0, 2);

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), Map.of("b.example", new Quota(9, 0, true)), 8, 8)))
                    .containsExactly("b000", "b001");
        }

        @Test
        void retriesTakeNoMoreThanTheirShareAndFirstAttemptsTheRest() {
            put("a.example", 0, 4);
            for (Claimed media : ledger.media.claim(4)) {
                ledger.media.retry(media, Duration.ofSeconds(5), true, "connect", null);
            }
            put("a.example", 10, 4);
            assertThat(ledger.media.lanes().get(0).again()).isNull();
            clock.move(Duration.ofSeconds(5));
            Lane lane = ledger.media.lanes().get(0);
            assertThat(lane.again()).isLessThan(lane.first());

            assertThat(keys(ledger.media.claim(List.of(lane), Map.of("a.example", new Quota(8, 1, true)), 8, 8)))
                    .containsExactly("a000", "a010", "a011", "a012", "a013");
        }

        @Test
        void aMediaWithAFreshUrlIsNoRetry() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://other.example/", EXPIRY)), Seen.READ);

            assertThat(ledger.media.lanes())
                    .containsExactly(new Lane("other.example", EXPIRY.toEpochMilli(), null, null, null));
        }

        @Test
        void manyHostsAreAllSeenInTheEnd() {
            for (int i = 0; i < 150; i++) {
                put((char) ('a' + i % 26) + "-" + i + ".example", i, 1);
            }
            Set<String> seen = new HashSet<>();
            for (int look = 0; look < 2; look++) {
                List<Lane> lanes = ledger.media.lanes();
                assertThat(lanes).hasSizeLessThanOrEqualTo(100);
                lanes.forEach(lane -> seen.add(lane.host()));
            }

            assertThat(seen).hasSize(150);
        }

        @Test
        void aDeadMediaIsOneLetterAndAnnouncedOnBothChannels() {
            Claimed media = ledger.claimedMedia("t");
            assertThat(ledger.media.dead(media, "url_host", "other.example")).isTrue();
            assertThat(ledger.media.dead(media, "url_host", "other.example")).isFalse();

            assertThat(ledger.texts(
                            "SELECT kind || ' ' || task_id || ' ' || media_key || ' ' || reason FROM dead_letter"))
                    .containsExactly("media t k url_host");
            assertThat(ledger.texts("SELECT channel || ' ' || type FROM outbox ORDER BY id"))
                    .containsExactly("announce task.succeeded", "dead-letter dead-letter", "announce media.dead");
            assertThat(ledger.media.claim(1)).isEmpty();
        }
    }

    @Nested
    class Uploading {
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

    @Nested
    class Suspecting {
        /** The node dies, and the others take its work over. */
        private void crash() {
            clock.move(Duration.ofSeconds(61));
            otherNode.media.takeOver();
        }

        @Test
        void anEndWithoutAWordIsACrashAndNoAttempt() {
            ledger.claimedMedia("t");
            crash();

            assertThat(ledger.media.claim(1))
                    .extracting(m -> m.attempts() + " " + m.crashes())
                    .containsExactly("1 1");
        }

        @Test
        void aMediaWithTwoCrashesIsClaimedOnItsOwnAlone() {
            ledger.claimedMedia("t");
            crash();
            assertThat(ledger.media.isSuspectDue()).isFalse();
            assertThat(ledger.media.claimSuspect()).isEmpty();
            assertThat(ledger.media.claim(9)).hasSize(1);
            crash();

            assertThat(ledger.media.claim(9)).isEmpty();
            assertThat(ledger.media.isSuspectDue()).isTrue();
            assertThat(ledger.media.claimSuspect()).map(Claimed::crashes).contains(2);
            assertThat(ledger.media.isSuspectDue()).isFalse();
            assertThat(otherNode.media.claimSuspect()).isEmpty();
        }

        @Test
        void anAttemptThatEndsWithAWordEndsTheSuspicion() {
            ledger.claimedMedia("t");
            crash();
            ledger.media.claim(1);
            crash();
            Claimed suspect = ledger.media.claimSuspect().orElseThrow();
            ledger.media.retry(suspect, Duration.ZERO, true, "resp_truncated", null);

            assertThat(ledger.media.claim(1)).extracting(Claimed::crashes).containsExactly(0);
        }

        @Test
        void aNodeThatStopsIsNoCrash() {
            ledger.claimedMedia("t");
            ledger.media.giveBack();

            assertThat(ledger.media.claim(1)).extracting(Claimed::crashes).containsExactly(0);
        }

        @Test
        void aReplayBeginsWithoutSuspicion() {
            ledger.claimedMedia("t");
            crash();
            ledger.media.dead(ledger.media.claim(1).get(0), "poison", null);
            ledger.deadLetters.replay("vidu", "poison", 1);

            assertThat(ledger.media.claim(1)).extracting(Claimed::crashes).containsExactly(0);
        }
    }

    @Nested
    class Replaying {
        private long letter() {
            return Long.parseLong(ledger.text("SELECT max(id) FROM dead_letter"));
        }

        @Test
        void aReplayedCallbackIsClaimedAgain() {
            ledger.callbacks.record("vidu", "id", true, bytes("{"));
            ledger.callbacks.dead(ledger.callbacks.claim(1).get(0), "payload_json", null);

            assertThat(ledger.deadLetters.replay(letter()))
                    .contains(new DeadLetterLedger.Replayed(letter(), "callback", "vidu"));
            Received again = ledger.callbacks.claim(1).get(0);
            assertThat(again.body()).isEqualTo(bytes("{"));
            assertThat(again.attempts()).isEqualTo(1);

            ledger.callbacks.dead(again, "payload_json", null);
            assertThat(ledger.count("dead_letter WHERE state = 'open'")).isEqualTo(1);
        }

        @Test
        void aReplayedPayloadBecomesACallback() {
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[1]")), bytes("[1]"), "payload_shape", "no map");
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[1]")), bytes("[1]"), "payload_shape", "no map");
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[2]")), bytes("[2]"), "payload_shape", "no map");
            assertThat(ledger.count("dead_letter")).isEqualTo(2);

            assertThat(ledger.deadLetters.replay("vidu", "payload_shape", 10)).hasSize(2);
            assertThat(ledger.callbacks.claim(10))
                    .extracting(c -> new String(c.body()))
                    .containsExactlyInAnyOrder("[1]", "[2]");
        }

        @Test
        void aPayloadIsReplayedAsOftenAsItFails() {
            for (int round = 0; round < 2; round++) {
                ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[1]")), bytes("[1]"), "payload_shape", null);
                ledger.deadLetters.replay(letter());
                Received callback = ledger.callbacks.claim(1).get(0);
                ledger.done(callback);
            }

            assertThat(ledger.count("callback")).isEqualTo(1);
        }

        @Test
        void aReplayedPayloadIsKnownAsOneAndBringsTheBytesOfItsOwnLetter() {
            for (String body : List.of("[1]", "[2]")) {
                ledger.deadLetters.payload("vidu", "id:7", bytes(body), "payload_shape", null);
                ledger.deadLetters.replay(letter());
                Received callback = ledger.callbacks.claim(1).get(0);
                assertThat(callback.polled()).isTrue();
                assertThat(new String(callback.body())).isEqualTo(body);
                ledger.done(callback);
            }
            ledger.callbacks.record("vidu", "payload-7", true, bytes("[3]"));
            assertThat(ledger.callbacks.claim(1).get(0).polled()).isFalse();
        }

        @Test
        void aReplayedMediaIsDueAgainWithAllItsAttempts() {
            ledger.media.dead(ledger.claimedMedia("t"), "stall", null);
            ledger.deadLetters.replay(letter());

            Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.attempts()).isEqualTo(1);
            assertThat(again.fence()).isEqualTo(2);
            ledger.media.stored(again, OBJECT);
            assertThat(ledger.count("media WHERE reason IS NOT NULL")).isZero();
        }

        @Test
        void aReplayedTaskIsReadAgain() {
            ledger.tasks.merge(event("t", SUBMITTED), Seen.HINT);
            ledger.deadLetters.task("vidu", "t", "task_unknown", "6 reads");
            ledger.deadLetters.replay(letter());

            assertThat(ledger.tasks.claimReads("vidu", 1))
                    .extracting(DueRead::reason)
                    .containsExactly("replay");
        }

        @Test
        void aReplayTwiceAtOnceHasOneEffect() throws Exception {
            ledger.media.dead(ledger.claimedMedia("t"), "stall", null);
            long id = letter();
            List<Callable<Boolean>> replays =
                    new ArrayList<>(times(4, () -> ledger.deadLetters.replay(id).isPresent()));
            replays.addAll(times(4, () -> otherNode.deadLetters.replay(id).isPresent()));

            assertThat(together(replays)).filteredOn(effect -> effect).hasSize(1);
            assertThat(ledger.media.claim(10)).hasSize(1);
        }

        @Test
        void aLetterWhoseReplayCouldHaveNoEffectStaysOpenAndTheOthersAreReplayed() {
            ledger.tasks.merge(event("vidu", "a", PROCESSING), Seen.POLL);
            ledger.tasks.merge(event("kling", "a", PROCESSING), Seen.POLL);
            ledger.deadLetters.task("vidu", "a", "task_unknown", "x");
            ledger.deadLetters.task("kling", "a", "task_unknown", "x");
            ledger.deadLetters.task("vidu", "forgotten", "task_unknown", "x");
            DeadLetterLedger.Hindrance off = (kind, provider, mustBeRead) ->
                    provider.equals("kling") && mustBeRead ? Optional.of("off") : Optional.empty();

            DeadLetterLedger.Replays replays = ledger.deadLetters.replay(null, "task_unknown", 10, off);

            assertThat(replays.replayed())
                    .extracting(DeadLetterLedger.Replayed::provider)
                    .containsExactly("vidu");
            assertThat(replays.skipped())
                    .isEqualTo(Map.of("off", 1, "the task that it is about is not kept any more", 1));
            assertThat(ledger.count("dead_letter WHERE state = 'open'")).isEqualTo(2);
            assertThat(ledger.deadLetters.replay(4711, off)).isEqualTo(new DeadLetterLedger.Replay(null, null));
        }

        @Test
        void lettersThatStayDoNotUseUpTheLimit() {
            for (int i = 0; i < 600; i++) {
                ledger.deadLetters.task("vidu", "forgotten-" + i, "task_unknown", "x");
            }
            ledger.tasks.merge(event("vidu", "a", PROCESSING), Seen.POLL);
            ledger.deadLetters.task("vidu", "a", "task_unknown", "x");

            assertThat(ledger.deadLetters
                            .replay("vidu", null, 5, (kind, provider, mustBeRead) -> Optional.empty())
                            .replayed())
                    .hasSize(1);
        }

        @Test
        void itemsWithoutIdentityAreOneLetterThatCountsThemAndKeepsTheLast() {
            assertThat(ledger.deadLetters.payloads("vidu", "list:tasks:mapping", 3, bytes("[1]"), "mapping", "first"))
                    .isTrue();
            clock.move(Duration.ofMinutes(1));
            assertThat(ledger.deadLetters.payloads("vidu", "list:tasks:mapping", 2, bytes("[2]"), "mapping", "last"))
                    .isFalse();

            Map<String, Object> letter = ledger.queries
                    .deadLetters("vidu", "mapping", null, 10)
                    .items()
                    .get(0);
            assertThat(letter)
                    .containsEntry("count", 5L)
                    .containsEntry("detail", "last")
                    .containsEntry("lastAt", clock.instant().toString());
            ledger.deadLetters.replay(letter());
            assertThat(ledger.callbacks.claim(10))
                    .extracting(c -> new String(c.body()))
                    .containsExactly("[2]");
        }

        @Test
        void anUnknownLetterIsNotReplayed() {
            assertThat(ledger.deadLetters.replay(4711)).isEmpty();
        }

        @Test
        void aFilterReplaysWhatMatchesAndNoMoreThanItsLimit() {
            for (int i = 0; i < 5; i++) {
                ledger.deadLetters.payload("vidu", Digests.sha256(bytes("v" + i)), bytes("v" + i), "mapping", null);
                ledger.deadLetters.payload("kling", Digests.sha256(bytes("k" + i)), bytes("k" + i), "mapping", null);
                ledger.deadLetters.payload(
                        "kling", Digests.sha256(bytes("s" + i)), bytes("s" + i), "payload_shape", null);
            }

            assertThat(ledger.deadLetters.replay("kling", "mapping", 3))
                    .extracting(DeadLetterLedger.Replayed::provider)
                    .containsExactly("kling", "kling", "kling");
            assertThat(ledger.deadLetters.replay("kling", null, 100)).hasSize(7);
            assertThat(ledger.deadLetters.replay(null, "mapping", 100)).hasSize(5);
            assertThat(ledger.deadLetters.replay(null, null, 100)).isEmpty();
            assertThat(ledger.deadLetters.replay("' OR 1=1--", "' OR 1=1--", 100))
                    .isEmpty();
        }
    }

    @Nested
    class Announcing {
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
            OutboxLedger.Announcement again =
                    ledger.outbox.claim("announce", 10).get(0);
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

            OutboxLedger.Announcement letter =
                    ledger.outbox.claim("dead-letter", 1).get(0);
            assertThat(letter.taskId()).isEmpty();
            assertThat(letter.data()).contains("payload_json").doesNotContain("taskId");
        }
    }

    @Nested
    class Polling {
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

    @Nested
    class WritingManifests {
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

    @Nested
    class HostileText {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "../../../../secret",
                    "${env:HOME}",
                    "{{secret}}",
                    "';DROP/**/TABLE/**/task;--",
                    "%2e%2e%2f1",
                    ":provider",
                    "?",
                    "\"x\"",
                    "$1",
                    "<script>alert(1)</script>",
                    "\\'\\0"
                })
        void anIdIsKeptToTheLetterOnItsWholeWay(String id) {
            ledger.tasks.merge(event(id, PROCESSING), Seen.HINT);
            ledger.tasks.read("vidu", id, "detail");
            ledger.tasks.endRead(ledger.tasks.claimReads("vidu", 1).get(0), null);
            Claimed media = ledger.claimedMedia(id);
            ledger.media.stored(media, OBJECT);
            ledger.deadLetters.task("vidu", id, id, id);

            assertThat(media.id().taskId()).isEqualTo(id);
            assertThat(ledger.task(id)).containsEntry("taskId", id).containsEntry("status", "succeeded");
            assertThat(ledger.manifests.content(ledger.manifests.claim(1).get(0)))
                    .containsEntry("taskId", id);
            assertThat(ledger.outbox.claim("announce", 9))
                    .extracting(OutboxLedger.Announcement::taskId)
                    .containsOnly(id);
            assertThat(ledger.queries.deadLetters("vidu", id, null, 9).items())
                    .extracting(letter -> letter.get("taskId"))
                    .containsExactly(id);
            assertThat(ledger.count("task")).isEqualTo(1);
        }

        @Test
        void idsThatDifferInCaseAreTwoTasks() {
            ledger.tasks.merge(event("T-1001", SUCCEEDED, item("k"), item("K")), Seen.POLL);
            ledger.tasks.merge(event("t-1001", FAILED), Seen.POLL);

            assertThat(ledger.status("T-1001")).isEqualTo("succeeded");
            assertThat(ledger.status("t-1001")).isEqualTo("failed");
            assertThat(ledger.media.claim(9)).hasSize(2);
            assertThat(ledger.queries.task("vidu", "T-1001 ")).isEmpty();
        }

        @Test
        void aNulInATextIsReplacedOnEitherDatabase() {
            TaskEvent event = new TaskEvent(
                    "vidu",
                    "t",
                    SUCCEEDED,
                    true,
                    "a\0b",
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    false,
                    List.of(item("k", "https://a/\0x", EXPIRY)));
            ledger.tasks.merge(event, Seen.POLL);
            Claimed media = ledger.media.claim(1).get(0);
            ledger.media.dead(media, "url_syntax", "bad \0 character");
            ledger.polls.claim("vidu", "tasks");
            ledger.polls.failed("vidu", "tasks", failedBefore(0), Duration.ZERO, "\0");
            ledger.callbacks.record("vidu", "k\0", true, bytes("\0"));

            assertThat(media.url()).isEqualTo("https://a/\uFFFDx");
            assertThat(ledger.task("t")).containsEntry("statusMessage", "a\uFFFDb");
            assertThat(ledger.text("SELECT detail FROM dead_letter")).isEqualTo("bad \uFFFD character");
            assertThat(ledger.callbacks.claim(1).get(0).body()).isEqualTo(bytes("\0"));
        }

        @Test
        void halfASurrogatePairIsReplacedOnEitherDatabase() {
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[")), bytes("["), "mapping", "half \uD83D");

            assertThat(ledger.text("SELECT detail FROM dead_letter")).isEqualTo("half \uFFFD");
        }

        @Test
        void everyOtherCharacterStays() {
            String text = "\u0001\u007F\r\n\t'\"\\ \u00E9 e\u0301 \uD83C\uDFAC \u202E";
            ledger.deadLetters.payload("vidu", Digests.sha256(bytes("[")), bytes("["), "mapping", text);

            assertThat(ledger.text("SELECT detail FROM dead_letter")).isEqualTo(text);
        }

        @Test
        void aFilterThatIsNoNameFindsNothing() {
            ledger.claimedMedia("t");

            for (String text : List.of("' OR 1=1--", "\0", "%", "_", "\uD83D", "")) {
                assertThat(ledger.queries.tasks(text, null, null, 9).items()).isEmpty();
                assertThat(ledger.queries.media(null, text, null, 9).items()).isEmpty();
                assertThat(ledger.queries.deadLetters(text, null, null, 9).items())
                        .isEmpty();
                assertThat(ledger.queries.task("vidu", text)).isEmpty();
                assertThat(ledger.deadLetters.replay(text, null, 9)).isEmpty();
            }
        }

        @Test
        void anErrorOfTheDatabaseTellsNoValue() {
            String secret = "https://cdn.example/k?signature=SECRET";
            TaskEvent refused = event(
                    "t",
                    SUCCEEDED,
                    new io.mediakeep.event.MediaItem("k", "hologram", secret, EXPIRY, null, null, null, null));

            assertThatThrownBy(() -> ledger.tasks.merge(refused, Seen.POLL))
                    .hasStackTraceContaining("media_kind_known")
                    .satisfies(e -> assertThat(Stream.iterate(e, c -> c != null, Throwable::getCause)
                                    .map(String::valueOf))
                            .noneMatch(text -> text.contains("SECRET")));
            assertThat(ledger.count("task")).isZero();
        }
    }

    @Nested
    class Showing {
        private List<Map<String, Object>> pages(Function<String, Page> query) {
            List<Map<String, Object>> all = new ArrayList<>();
            String after = null;
            do {
                Page page = query.apply(after);
                all.addAll(page.items());
                after = page.next();
            } while (after != null);
            return all;
        }

        @Test
        void aThousandTasksComeInPagesNewestFirstEachOnce() {
            for (int second = 0; second < 20; second++) {
                int from = second * 50;
                ledger.tasks.merge(
                        IntStream.range(from, from + 50)
                                .mapToObj(i -> event(i % 2 == 0 ? "vidu" : "kling", "t/" + i, SUBMITTED))
                                .toList(),
                        Seen.POLL);
                clock.move(Duration.ofSeconds(1));
            }

            List<Map<String, Object>> all = pages(after -> {
                ledger.tasks.merge(event("new-" + after, SUBMITTED), Seen.CALLBACK);
                return ledger.queries.tasks(null, "submitted", after, 37);
            });
            assertThat(all).extracting(task -> task.get("taskId")).doesNotHaveDuplicates();
            assertThat(all)
                    .filteredOn(task -> task.get("taskId").toString().startsWith("t/"))
                    .hasSize(1_000);
            assertThat(all)
                    .extracting(task -> Instant.parse((String) task.get("firstSeenAt")))
                    .isSortedAccordingTo((a, b) -> b.compareTo(a));
            assertThat(pages(after -> ledger.queries.tasks("kling", null, after, 100)))
                    .hasSize(500);
        }

        @Test
        void aThousandMediaComeInPagesNearestExpiryFirstEachOnce() {
            List<TaskEvent> events = IntStream.range(0, 100)
                    .mapToObj(task -> event(
                            "t" + task,
                            SUCCEEDED,
                            IntStream.range(0, 10)
                                    .mapToObj(i -> item("k" + i, "https://a/", EXPIRY.plusSeconds((task + i) % 7)))
                                    .toArray(io.mediakeep.event.MediaItem[]::new)))
                    .toList();
            ledger.tasks.merge(events, Seen.POLL);

            List<Map<String, Object>> all = pages(after -> ledger.queries.media("due", "vidu", after, 49));
            assertThat(all).hasSize(1_000);
            assertThat(all)
                    .extracting(media -> media.get("taskId") + "/" + media.get("key"))
                    .doesNotHaveDuplicates();
            assertThat(all).extracting(media -> (String) media.get("expiresAt")).isSorted();
            assertThat(all.get(0)).doesNotContainKeys("url", "expiresMillis");
        }

        @Test
        void deadLettersComeInPagesNewestFirstEachOnce() {
            for (int i = 0; i < 100; i++) {
                ledger.deadLetters.payload(
                        "vidu",
                        Digests.sha256(bytes("p" + i)),
                        bytes("p" + i),
                        i % 2 == 0 ? "mapping" : "payload_shape",
                        null);
            }

            assertThat(pages(after -> ledger.queries.deadLetters(null, null, after, 7)))
                    .hasSize(100)
                    .extracting(letter -> -(Long) letter.get("id"))
                    .doesNotHaveDuplicates()
                    .isSorted();
            assertThat(pages(after -> ledger.queries.deadLetters("vidu", "mapping", after, 7)))
                    .hasSize(50);
        }

        @Test
        void aPageThatIsJustFullHasNoNext() {
            ledger.tasks.merge(List.of(event("a", SUBMITTED), event("b", SUBMITTED)), Seen.POLL);

            assertThat(ledger.queries.tasks(null, null, null, 2).next()).isNull();
            assertThat(ledger.queries.tasks(null, null, null, 1).next()).isNotNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "x", "%%%", "MQ", "MQoyCjMKNA", "eAp5Cno", "MQoACmI", "MQphCmIKYwpk"})
        void aTextThatIsNoCursorIsRefused(String after) {
            assertThatIllegalArgumentException().isThrownBy(() -> ledger.queries.tasks(null, null, after, 9));
        }

        @Test
        void theOldestReadThatIsDueIsToldByProvider() {
            Instant now = clock.instant();
            ledger.tasks.watch("suno", "a", null);
            ledger.tasks.watch("kling", "c", null);
            ledger.tasks.claimReads("kling", 1);
            clock.move(Duration.ofSeconds(5));
            ledger.tasks.watch("suno", "b", null);
            ledger.tasks.merge(event("vidu", "d", PROCESSING), Seen.CALLBACK);

            assertThat(ledger.queries.oldestDueReads()).isEqualTo(Map.of("suno", now.toEpochMilli()));
        }

        @Test
        void theSummaryCounts() {
            assertThat(ledger.queries.summary())
                    .isEqualTo(new Summary(Map.of(), Map.of(), Map.of(), Map.of(), null, 0, Map.of()));
            ledger.media.stored(ledger.claimedMedia("a"), OBJECT);
            ledger.media.dead(ledger.claimedMedia("b"), "stall", null);
            ledger.claimedMedia("c");
            ledger.tasks.merge(
                    event("d", SUCCEEDED, item("0"), item("1", "https://a/", EXPIRY.minusSeconds(5))), Seen.POLL);
            ledger.tasks.merge(event("kling", "e", FAILED), Seen.POLL);
            ledger.tasks.merge(event("kling", "f", PROCESSING), Seen.CALLBACK);
            ledger.callbacks.record("vidu", "id", true, bytes("{}"));
            ledger.polls.claim("vidu", "tasks");
            ledger.polls.failed("vidu", "tasks", failedBefore(1), Duration.ofMinutes(1), "HTTP 500");

            Summary summary = ledger.queries.summary();
            assertThat(summary.tasks())
                    .isEqualTo(
                            Map.of("vidu", Map.of("succeeded", 4L), "kling", Map.of("failed", 1L, "processing", 1L)));
            assertThat(summary.media())
                    .isEqualTo(Map.of("vidu", Map.of("stored", 1L, "dead", 1L, "copying", 1L, "due", 2L)));
            assertThat(summary.deadLetters()).isEqualTo(Map.of("vidu", Map.of("stall", 1L)));
            assertThat(summary.streams())
                    .isEqualTo(Map.of("vidu", Map.of("seen", 3L, "missed", 1L), "kling", Map.of("missed", 1L)));
            assertThat(summary.nearestExpiry()).isEqualTo(EXPIRY.minusSeconds(5).toEpochMilli());
            assertThat(summary.callbacksWaiting()).isEqualTo(1);
            assertThat(summary.polls().get("vidu"))
                    .singleElement()
                    .satisfies(poll -> assertThat(poll)
                            .containsEntry("list", "tasks")
                            .containsEntry("failures", 2L)
                            .containsEntry("problem", "HTTP 500"));
        }

        @Test
        void aTaskShowsItsMediaCountsAndItsRead() {
            ledger.claimedMedia("t");
            ledger.tasks.read("vidu", "t", "detail");

            assertThat(ledger.queries.tasks(null, null, null, 1).items().get(0))
                    .extractingByKey("media")
                    .isEqualTo(Map.of("due", 0L, "copying", 1L, "stored", 0L, "dead", 0L));
            assertThat(ledger.task("t").get("read"))
                    .isEqualTo(Map.of("at", "2026-11-21T08:00:00Z", "reason", "detail", "attempts", 0L));
        }
    }

    @Nested
    class MergingPages {
        @Test
        void aPageThatTellsNothingNewIsNoNews() {
            List<TaskEvent> page = List.of(
                    event("done", SUCCEEDED, item("0"), item("1")), event("open", PROCESSING), event("no", FAILED));
            assertThat(news(page)).hasSize(3);
            ledger.tasks.merge(page, Seen.POLL);

            assertThat(news(page)).isEmpty();
            assertThat(ledger.tasks.merge(page, Seen.POLL)).isEqualTo(new MergeResult(3, 0, 0, 0, 0));
        }

        @Test
        void whatWouldChangeATaskIsNews() {
            ledger.tasks.merge(
                    List.of(
                            event("done", SUCCEEDED, item("0")),
                            event("open", PROCESSING),
                            event("suno", "s", PROCESSING)),
                    Seen.POLL);
            ledger.tasks.merge(event("called", SUCCEEDED, item("0")), Seen.CALLBACK);
            List<TaskEvent> news = List.of(
                    event("new", SUBMITTED),
                    event("called", SUCCEEDED, item("0")),
                    event("open", SUCCEEDED),
                    event("done", FAILED),
                    event("done", SUCCEEDED, item("0"), item("more")),
                    event("done", SUCCEEDED, item("0", "https://cdn.example/fresh", EXPIRY)),
                    event("open", PROCESSING).in("list"),
                    new TaskEvent(
                            "vidu",
                            "open",
                            PROCESSING,
                            true,
                            null,
                            "order",
                            null,
                            null,
                            null,
                            null,
                            null,
                            false,
                            List.of()));

            assertThat(news(news)).isEqualTo(news);
            assertThat(news(List.of(
                            event("done", PROCESSING),
                            event("done", SUCCEEDED, item("0", "https://cdn.example/old", EXPIRY.minusSeconds(1))),
                            event("suno", "s", PROCESSING))))
                    .isEmpty();
        }

        @Test
        void aTaskThatAPageShowsTwiceIsMergedInTheOrderOfThePage() {
            MergeResult result = ledger.tasks.merge(
                    List.of(event("t", PROCESSING), event("u", FAILED), event("t", SUCCEEDED, item("0"))), Seen.POLL);

            assertThat(result).isEqualTo(new MergeResult(3, 2, 2, 1, 0));
            assertThat(ledger.status("t")).isEqualTo("succeeded");
        }

        @Test
        void pagesAndCallbacksOfTheSameTasksAtOnceLoseNothing() throws Exception {
            List<TaskEvent> page = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                page.add(event("t-" + i, i % 3 == 0 ? PROCESSING : SUCCEEDED, item("0")));
            }
            List<TaskEvent> backwards = new ArrayList<>(page);
            Collections.reverse(backwards);
            List<Callable<Integer>> work = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                work.add(() -> ledger.tasks.merge(page, Seen.POLL).tasks());
                work.add(() -> otherNode.tasks.merge(backwards, Seen.POLL).tasks());
            }
            page.forEach(event -> work.add(() -> ledger.tasks
                    .merge(event("vidu", event.taskId(), SUCCEEDED, item("0"), item("1")), Seen.CALLBACK)
                    .tasks()));

            assertThat(together(work).stream().mapToInt(Integer::intValue).sum())
                    .isEqualTo(60);
            assertThat(ledger.count("task WHERE status = 'succeeded'")).isEqualTo(60);
            assertThat(ledger.count("media")).isEqualTo(120);
            assertThat(ledger.count("outbox")).isEqualTo(60);
            theTallyIsTrue();
        }

        @Test
        void theTallyIsWhatCountingGives() {
            List<Seen> streams = List.of(Seen.CALLBACK, Seen.HINT, Seen.POLL, Seen.READ);
            int i = 0;
            for (Seen one : streams) {
                for (Seen other : streams) {
                    for (var first : List.of(SUBMITTED, PROCESSING, FAILED, SUCCEEDED)) {
                        for (var then : List.of(PROCESSING, FAILED, SUCCEEDED)) {
                            String id = "t-" + i++;
                            ledger.tasks.merge(event(id, first, item("0")), one);
                            ledger.tasks.merge(List.of(event(id, then, item("1"))), other);
                        }
                    }
                }
            }
            ledger.tasks.watch("suno", "w", null);
            ledger.tasks.watch("suno", "w", null);

            theTallyIsTrue();
        }

        private void theTallyIsTrue() {
            Map<String, Map<String, Long>> tasks = new TreeMap<>();
            Map<String, Map<String, Long>> streams = new TreeMap<>();
            for (String row : ledger.texts(
                    "SELECT provider || ' ' || status || ' ' || count(*) FROM task" + " GROUP BY provider, status")) {
                String[] parts = row.split(" ");
                tasks.computeIfAbsent(parts[0], p -> new TreeMap<>()).put(parts[1], Long.valueOf(parts[2]));
            }
            for (String row : ledger.texts("SELECT provider || ' ' || CASE WHEN callback_at IS NULL THEN 'missed' ELSE"
                    + " 'seen' END || ' ' || count(*) FROM task WHERE finished_at IS NOT NULL"
                    + " GROUP BY provider, CASE WHEN callback_at IS NULL THEN 'missed' ELSE 'seen' END")) {
                String[] parts = row.split(" ");
                streams.computeIfAbsent(parts[0], p -> new TreeMap<>()).put(parts[1], Long.valueOf(parts[2]));
            }
            Summary summary = ledger.queries.summary();
            assertThat(summary.tasks()).isEqualTo(tasks);
            assertThat(summary.streams()).isEqualTo(streams);
            assertThat(summary.media().values().stream()
                            .flatMap(states -> states.values().stream())
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(ledger.count("media"));
        }

        private List<TaskEvent> news(List<TaskEvent> page) {
            TaskReads reads = new TaskReads(
                    ledger.ledger,
                    ledger.deadLetters,
                    provider -> provider.equals("suno") ? TestLedger.WATCH : Duration.ZERO,
                    provider -> true);
            return KnownTasks.read(ledger.ledger, reads, page).news(page);
        }
    }

    @Nested
    class Forgetting {
        private final Duration age = Duration.ofDays(400);

        @Test
        void aTaskThatIsSettledIsForgottenWithItsMediaAfterTheRetention() {
            settle("old");
            ledger.tasks.merge(event("failed", FAILED), Seen.CALLBACK);
            writeManifests();
            ledger.clock.move(age);
            assertThat(forget()).isZero();
            settle("young");
            ledger.clock.move(Duration.ofMillis(1));

            assertThat(forget()).isEqualTo(2);
            assertThat(ledger.texts("SELECT task_id FROM task")).containsExactly("young");
            assertThat(ledger.texts("SELECT task_id FROM media")).containsExactly("young");
            assertThat(ledger.queries.summary().tasks()).isEqualTo(Map.of("vidu", Map.of("succeeded", 1L)));
            assertThat(ledger.queries.summary().media()).isEqualTo(Map.of("vidu", Map.of("stored", 1L)));
            assertThat(ledger.queries.summary().streams()).isEqualTo(Map.of("vidu", Map.of("seen", 1L)));
        }

        @Test
        void nothingUnfinishedIsForgottenHoweverOld() throws Exception {
            ledger.media.dead(ledger.claimedMedia("dead"), "stall", null);
            settle("read");
            ledger.tasks.read("vidu", "read", "detail");
            settle("letter");
            ledger.deadLetters.task("vidu", "letter", "task_unknown", null);
            settle("manifest");
            ledger.execute("UPDATE task SET revision = revision + 1 WHERE task_id = 'manifest'");
            ledger.claimedMedia("copying");
            ledger.tasks.merge(event("due", SUCCEEDED, item("0")), Seen.CALLBACK);
            ledger.tasks.merge(event("open", PROCESSING), Seen.CALLBACK);
            ledger.execute("UPDATE task SET manifest = revision WHERE task_id IN ('copying', 'due')");
            settle(event("settled", FAILED));
            ledger.clock.move(age.multipliedBy(2));

            assertThat(forget()).isEqualTo(1);
            assertThat(ledger.texts("SELECT task_id FROM task ORDER BY task_id"))
                    .containsExactly("copying", "dead", "due", "letter", "manifest", "open", "read");
        }

        @Test
        void manyAreForgottenInGroups() {
            List<TaskEvent> many = IntStream.range(0, 450)
                    .mapToObj(i -> event("t-" + i, FAILED))
                    .toList();
            ledger.tasks.merge(many, Seen.POLL);
            writeManifests();
            ledger.clock.move(age.plusMillis(1));

            assertThat(forget()).isEqualTo(450);
            assertThat(ledger.count("task")).isZero();
        }

        @Test
        void aReplayedLetterIsForgottenAndAnOpenOneIsNot() {
            ledger.deadLetters.task("vidu", "replayed", "task_unknown", null);
            ledger.deadLetters.replay(Long.parseLong(ledger.text("SELECT id FROM dead_letter")));
            ledger.deadLetters.task("vidu", "open", "task_unknown", null);
            ledger.clock.move(age.plusMillis(1));
            forget();

            assertThat(ledger.texts("SELECT task_id FROM dead_letter")).containsExactly("open");
        }

        @Test
        void withoutARetentionNothingIsForgotten() {
            settle("old");
            ledger.clock.move(age.multipliedBy(20));

            assertThat(new TaskRetention(ledger.ledger, Optional.empty()).forget())
                    .isZero();
            assertThat(ledger.count("task")).isEqualTo(1);
        }

        private int forget() {
            return new TaskRetention(ledger.ledger, Optional.of(age)).forget();
        }

        private void settle(String taskId) {
            ledger.media.stored(ledger.claimedMedia(taskId), OBJECT);
            writeManifests();
        }

        private void settle(TaskEvent event) {
            ledger.tasks.merge(event, Seen.CALLBACK);
            for (ManifestLedger.Due due : ledger.manifests.claim(100)) {
                if (due.taskId().equals(event.taskId())) {
                    ledger.manifests.written(due);
                }
            }
        }

        private void writeManifests() {
            List<ManifestLedger.Due> due;
            do {
                due = ledger.manifests.claim(100);
                due.forEach(ledger.manifests::written);
            } while (!due.isEmpty());
        }
    }

    @Nested
    class Refusing {
        private static final String CALLBACK =
                "INSERT INTO callback (provider, callback_key, covered, body, received_at, due_at, state)"
                        + " VALUES ('p', 'k', 1, '', 0, 0, %s)";
        private static final String TASK = "INSERT INTO task (provider, task_id, first_seen_at, status, first_seen_by,"
                + " finished_at, read_at, read_reason) VALUES ('p', 't', 0, %s)";
        private static final String MEDIA = "INSERT INTO media (provider, task_id, media_key, url, expires_at, due_at,"
                + " added_at, kind, state, lease_until, reason, stored_at, object_key, size, sha256)"
                + " VALUES ('p', 't', 'k', 'u', 0, 0, 0, %s)";
        private static final String LETTER = "INSERT INTO dead_letter (provider, letter_key, reason, created_at, kind,"
                + " state, replayed_at) VALUES ('p', 'k', 'r', 0, %s)";
        private static final String PART =
                "INSERT INTO media_part (provider, task_id, media_key, upload_id, size, etag,"
                        + " crc32c, number) VALUES ('p', 't', 'k', 'u', 1, 'e', 0, %s)";
        private static final String OUTBOX = "INSERT INTO outbox (type, provider, task_id, data, created_at, due_at,"
                + " channel) VALUES ('t', 'p', 't', '{}', 0, 0, %s)";

        /** Every CHECK of the migrations, with the rows that it alone refuses. */
        private static final Map<String, List<String>> IMPOSSIBLE = Map.ofEntries(
                Map.entry("callback_state_known", List.of(CALLBACK.formatted("'lost'"))),
                Map.entry("task_status_known", List.of(TASK.formatted("'running', 'poll', NULL, NULL, NULL"))),
                Map.entry("task_first_seen_known", List.of(TASK.formatted("'submitted', 'mail', NULL, NULL, NULL"))),
                Map.entry(
                        "task_finished_has_at",
                        List.of(
                                TASK.formatted("'failed', 'poll', NULL, NULL, NULL"),
                                TASK.formatted("'processing', 'poll', 1, NULL, NULL"))),
                Map.entry(
                        "task_read_has_reason",
                        List.of(
                                TASK.formatted("'submitted', 'poll', NULL, 1, NULL"),
                                TASK.formatted("'submitted', 'poll', NULL, NULL, 'watch'"))),
                Map.entry(
                        "media_kind_known",
                        List.of(MEDIA.formatted("'hologram', 'due', NULL, NULL, NULL, NULL, NULL, NULL"))),
                Map.entry(
                        "media_state_known",
                        List.of(MEDIA.formatted("'video', 'gone', NULL, NULL, NULL, NULL, NULL, NULL"))),
                Map.entry(
                        "media_copying_has_lease",
                        List.of(
                                MEDIA.formatted("'video', 'copying', NULL, NULL, NULL, NULL, NULL, NULL"),
                                MEDIA.formatted("'video', 'due', 1, NULL, NULL, NULL, NULL, NULL"))),
                Map.entry(
                        "media_stored_has_object",
                        List.of(
                                MEDIA.formatted("'video', 'stored', NULL, NULL, NULL, 'o', 1, 'a'"),
                                MEDIA.formatted("'video', 'stored', NULL, NULL, 1, NULL, 1, 'a'"),
                                MEDIA.formatted("'video', 'stored', NULL, NULL, 1, 'o', NULL, 'a'"),
                                MEDIA.formatted("'video', 'stored', NULL, NULL, 1, 'o', 1, NULL"))),
                Map.entry(
                        "media_dead_has_reason",
                        List.of(MEDIA.formatted("'video', 'dead', NULL, NULL, NULL, NULL, NULL, NULL"))),
                Map.entry("dead_letter_kind_known", List.of(LETTER.formatted("'mail', 'open', NULL"))),
                Map.entry("dead_letter_state_known", List.of(LETTER.formatted("'task', 'lost', NULL"))),
                Map.entry(
                        "dead_letter_replayed_at",
                        List.of(LETTER.formatted("'task', 'replayed', NULL"), LETTER.formatted("'task', 'open', 1"))),
                Map.entry("outbox_channel_known", List.of(OUTBOX.formatted("'mail'"))),
                Map.entry("media_ready_known", List.of("""
                        INSERT INTO media (provider, task_id, media_key, url, expires_at, due_at, added_at, kind, ready)
                        VALUES ('p', 't', 'k', 'u', 0, 0, 0, 'video', 3)""")),
                Map.entry("ledger_mark_one_row", List.of("INSERT INTO ledger_mark (one, mark) VALUES (2, 'another')")),
                Map.entry("media_part_number_in_range", List.of(PART.formatted("0"), PART.formatted("10001"))));

        static Set<String> checks() {
            return IMPOSSIBLE.keySet();
        }

        @ParameterizedTest
        @MethodSource("checks")
        void theDatabaseRefusesAnImpossibleRowAndNamesTheRule(String check) {
            for (String row : IMPOSSIBLE.get(check)) {
                assertThatThrownBy(() -> ledger.execute(row)).as(row).hasMessageContaining(check);
            }
        }

        @Test
        void everyRuleOfTheMigrationsHasSuchARow() throws Exception {
            for (String dialect : List.of("sqlite", "postgresql")) {
                Path folder = Path.of("src/main/resources/io/mediakeep/migration", dialect);
                Set<String> rules = new TreeSet<>(); // One may be made anew by a later migration.
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        Pattern.compile("CONSTRAINT (\\w+)\\s+CHECK")
                                .matcher(Files.readString(file))
                                .results()
                                .forEach(found -> rules.add(found.group(1)));
                    }
                }
                assertThat(rules).containsExactlyInAnyOrderElementsOf(checks());
            }
        }

        @Test
        void theRowsAreImpossibleForNoOtherReason() throws Exception {
            ledger.execute(CALLBACK.formatted("'received'"));
            ledger.execute(TASK.formatted("'failed', 'poll', 1, 1, 'watch'"));
            ledger.execute(MEDIA.formatted("'video', 'stored', NULL, NULL, 1, 'o', 1, 'a'"));
            ledger.execute(LETTER.formatted("'task', 'replayed', 1"));
            ledger.execute(OUTBOX.formatted("'announce'"));
            ledger.execute(PART.formatted("10000"));
        }

        @Test
        void aMissingFieldIsRefused() {
            assertThatThrownBy(() -> ledger.execute(OUTBOX.formatted("NULL"))).hasMessageContaining("channel");
        }
    }
}
