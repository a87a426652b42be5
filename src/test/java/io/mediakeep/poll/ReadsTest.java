package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.Database;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.provider.Products;
import io.mediakeep.provider.ProviderException;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import io.mediakeep.settings.TestProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a task is read where the provider has no list: each claimed read is one call. */
class ReadsTest {
    private static final Duration INTERVAL = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock();
    private String status = "processing";
    private Ledger ledger;
    private LedgerQueries queries;
    private TaskLedger tasks;
    private Reads reads;

    @BeforeEach
    void open() {
        open(Map.of());
    }

    private void open(Map<String, String> more) {
        if (ledger != null) {
            ledger.close();
        }
        Map<String, String> values = TestProvider.values("p", "always", directory);
        values.putAll(TestProvider.values("q", "always", directory));
        values.putAll(more);
        Settings settings = TestProvider.settings(values);
        Providers providers = Providers.read(settings, List.of("p", "q"));
        ledger = new Ledger(new Database(settings), clock, "node");
        queries = new LedgerQueries(ledger);
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        tasks = new TaskLedger(ledger, outbox, deadLetters, provider -> INTERVAL, provider -> true);
        reads = new Reads(
                tasks,
                deadLetters,
                providers,
                settings,
                new Products(settings),
                new TaskEventReader(providers, new TaskEventSchema(), clock),
                new Counters(new SimpleMeterRegistry()),
                clock);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void aTaskIsReadLessOftenAsItGrowsOld() {
        tasks.watch("p", "t", null);

        assertThat(callsWithin(Duration.ofHours(1))).isBetween(59, 61);
        assertThat(callsWithin(Duration.ofHours(23))).isBetween(23 * 15 - 2, 23 * 15 + 2);
        assertThat(callsWithin(Duration.ofDays(6))).isBetween(6 * 72 - 2, 6 * 72 + 2);
        callsWithin(Duration.ofHours(1));
        assertThat(callsWithin(Duration.ofDays(1)))
                .as("given up after the retention")
                .isZero();
    }

    @Test
    void aTaskMayTakeLongerThanItsResultLives() {
        open(Map.of("mediakeep.p.retention", "10m"));
        tasks.watch("p", "t", null);
        callsWithin(Duration.ofHours(23));

        assertThat(callsWithin(Duration.ofMinutes(30))).isPositive();
        assertThat(letters()).isEmpty();
        callsWithin(Duration.ofHours(2));
        assertThat(letters()).containsExactly("watch_timeout");
    }

    @Test
    void aSettledTaskIsNotReadAnyMore() {
        tasks.watch("p", "t", null);
        assertThat(callsWithin(Duration.ofMinutes(5))).isBetween(4, 6);

        status = "failed";
        assertThat(callsWithin(Duration.ofMinutes(5))).isEqualTo(1);
        assertThat(callsWithin(Duration.ofDays(1))).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyWhatTheMappingThrowsIsChargedToIt(boolean answered) {
        tasks.watch("p", "t", null);
        for (int i = 0; i < 20; i++) {
            clock.move(Duration.ofMinutes(20));
            for (ReadRun run : runs("p")) {
                reads.begin(run);
                if (answered) {
                    reads.answered(run);
                }
                reads.failed(run, new IllegalStateException("Connection pool shut down"));
                reads.over(run);
            }
        }
        assertThat(letters()).hasSize(answered ? 1 : 0);
    }

    @Test
    void whatThisProcessIsShortOfIsNeverChargedToTheMapping() {
        tasks.watch("p", "t", null);
        for (int i = 0; i < 20; i++) {
            clock.move(Duration.ofMinutes(20));
            for (ReadRun run : runs("p")) {
                reads.begin(run);
                reads.answered(run);
                reads.failed(run, new IllegalStateException(new OutOfMemoryError()));
                reads.over(run);
            }
        }
        assertThat(letters()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tasks"})
    void anUnknownStatusThatStaysIsALetterWithinMinutesAndAKnownOneClosesIt(String lists) {
        open(Map.of("mediakeep.p.lists", lists));
        tasks.watch("p", "t", null);
        tasks.read("p", "t", "detail");
        status = "cancelled";

        assertThat(callsWithin(Duration.ofSeconds(50), Duration.ofSeconds(1))).isEqualTo(3);
        assertThat(letters()).as("it may be the name of a moment").isEmpty();
        callsWithin(Duration.ofSeconds(40), Duration.ofSeconds(1));
        assertThat(letters()).containsExactly("status_unknown");

        callsWithin(Duration.ofMinutes(10), Duration.ofSeconds(1));
        assertThat(letters()).as("told once").hasSize(1);
        status = "failed";
        tasks.read("p", "t", "detail");
        callsWithin(Duration.ofSeconds(2), Duration.ofSeconds(1));
        assertThat(letters()).isEmpty();
        assertThat(queries.task("p", "t").orElseThrow()).containsEntry("status", "failed");
    }

    @Test
    void failuresAndEarlierAnswersAreNotCountedAsUnknownOnes() {
        tasks.watch("p", "t", null);
        callsWithin(Duration.ofMinutes(30));
        for (int i = 0; i < 6; i++) {
            for (ReadRun run : runs("p")) {
                reads.begin(run);
                reads.failed(run, new ProviderException(ProviderException.Kind.TROUBLE, "HTTP 500", null));
                reads.over(run);
            }
            clock.move(Duration.ofMinutes(11));
        }
        status = "cancelled";

        assertThat(callsWithin(Duration.ofSeconds(1), Duration.ofSeconds(1))).isEqualTo(1);
        assertThat(letters()).isEmpty();
    }

    private List<Object> letters() {
        return queries.deadLetters("p", null, null, 10).items().stream()
                .map(letter -> letter.get("reason"))
                .toList();
    }

    private void limit(int calls, String products) {
        open(Map.of(
                "mediakeep.p.calls",
                Integer.toString(calls),
                "mediakeep.p.calls-period",
                "10000",
                "mediakeep.p.products",
                products));
    }

    @Test
    void moreOpenTasksThanCallsAreReadEvenlyAndNoneIsClaimedThatCannotBegin() {
        limit(18, "");
        for (int i = 0; i < 300; i++) {
            tasks.watch("p", "t-" + i, null);
        }

        Map<String, Integer> calls = new HashMap<>();
        List<Instant> times = new ArrayList<>();
        for (int second = 0; second < 340; second++) {
            for (ReadRun run : runs("p")) {
                assertThat(answer(run)).as("a claim is a call").isTrue();
                calls.merge(run.getTaskId(), 1, Integer::sum);
                times.add(clock.instant());
                int least = calls.size() < 300 ? 0 : Collections.min(calls.values());
                assertThat(calls.get(run.getTaskId())).isLessThanOrEqualTo(least + 2);
            }
            clock.move(Duration.ofSeconds(1));
        }

        assertThat(calls).hasSize(300);
        assertThat(times).as("the whole budget is used").hasSizeGreaterThan(600);
        for (int i = 18; i < times.size(); i++) {
            assertThat(Duration.between(times.get(i - 18), times.get(i)))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(10));
        }
    }

    @Test
    void aReadThatSomebodyWaitsForFindsACallAlthoughWatchingTakesAllThatThereAre() {
        limit(18, "");
        for (int i = 0; i < 300; i++) {
            tasks.watch("p", "t-" + i, null);
        }
        callsWithin(Duration.ofMinutes(1), Duration.ofSeconds(1));
        tasks.read("p", "t-299", "confirm");

        List<String> read = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            clock.move(Duration.ofSeconds(1));
            runs("p").forEach(run -> {
                read.add(run.getTaskId());
                answer(run);
            });
        }
        assertThat(read).contains("t-299");
    }

    @Test
    void watchingGoesOnBesideAnyNumberOfReadsThatSomebodyWaitsFor() {
        limit(10, "");
        tasks.watch("p", "watched", null);
        for (int i = 0; i < 200; i++) {
            tasks.watch("p", "asked-" + i, null);
            tasks.read("p", "asked-" + i, "confirm");
        }

        List<String> read = new ArrayList<>();
        runs("p").forEach(run -> read.add(run.getTaskId()));
        assertThat(read).hasSize(10).contains("watched");
    }

    @Test
    void aClaimWhoseLeaseIsOverMakesNoCall() {
        tasks.watch("p", "t", null);
        ReadRun stale = runs("p").get(0);
        clock.move(Duration.ofSeconds(60));

        assertThat(answer(stale)).isFalse();
        assertThat(runs("p")).extracting(ReadRun::getTaskId).containsExactly("t");
    }

    @Test
    void noMoreReadsAreClaimedThanMayRunAndAnotherProviderHasItsOwn() {
        open(Map.of("mediakeep.p.reads", "4", "mediakeep.q.reads", "2"));
        for (int i = 0; i < 20; i++) {
            for (String provider : List.of("p", "q")) {
                tasks.watch(provider, "t-" + i, null);
                tasks.read(provider, "t-" + i, "confirm");
            }
        }

        List<ReadRun> hanging = runs("p");
        assertThat(hanging).hasSize(4);
        assertThat(reads.claim("p")).isEmpty();
        assertThat(reads.claim("q")).hasSize(2);
        assertThat(reads.over(hanging.get(0))).as("more wait").isTrue();
        assertThat(reads.over(hanging.get(0))).as("told twice").isFalse();
        assertThat(reads.claim("p")).hasSize(1);
    }

    @Test
    void readsThatWatchLeavePlacesToThoseThatSomebodyWaitsFor() {
        open(Map.of("mediakeep.p.reads", "5"));
        for (int i = 0; i < 20; i++) {
            tasks.watch("p", "t-" + i, null);
        }
        assertThat(reads.claim("p")).hasSize(4);
        tasks.read("p", "t-19", "refresh");

        assertThat(runs("p")).extracting(ReadRun::getTaskId).containsExactly("t-19");
    }

    @Test
    void aSearchThatHasUsedUpTheCallsGoesOnWhereItStopped() {
        limit(2, "a,b,c");
        tasks.watch("p", "t", null);

        assertThat(asked(runs("p").get(0))).containsExactly("a", "b");
        assertThat(reads.claim("p")).isEmpty();
        clock.move(Duration.ofSeconds(10));
        ReadRun rest = runs("p").get(0);
        assertThat(rest.due().attempts()).isEqualTo(1);
        assertThat(asked(rest)).containsExactly("c");
    }

    @Test
    void aProviderThatAsksForAPauseIsLeftAloneAndNoOtherIs() {
        for (String provider : List.of("p", "q")) {
            tasks.watch(provider, "a", null);
            tasks.watch(provider, "b", null);
        }
        List<ReadRun> claimed = runs("p");
        reads.begin(claimed.get(0));
        reads.trouble(
                claimed.get(0),
                new ProviderException(ProviderException.Kind.THROTTLED, "HTTP 429", Duration.ofMinutes(3)));
        reads.over(claimed.get(0));

        assertThat(answer(claimed.get(1))).as("claimed before, not begun").isFalse();
        clock.move(Duration.ofSeconds(179));
        assertThat(reads.claim("p")).isEmpty();
        assertThat(reads.claim("q")).hasSize(2);
        clock.move(Duration.ofSeconds(1));
        assertThat(reads.claim("p")).hasSize(2);
    }

    @Test
    void fiveHundredOpenTasksAreSeenInTwentyFiveCalls() {
        open(Map.of("mediakeep.p.batch", "20"));
        for (int i = 0; i < 500; i++) {
            tasks.watch("p", "t-" + i, null);
        }

        Set<String> seen = new HashSet<>();
        int calls = 0;
        for (List<ReadWork> claimed = reads.claim("p"); !claimed.isEmpty(); claimed = reads.claim("p")) {
            for (ReadWork work : claimed) {
                reads.begin(work);
                calls++;
                work.runs().forEach(run -> seen.add(run.getTaskId()));
                work.runs().forEach(run -> reads.found((ReadBatch) work, mapped(run.getTaskId()), Map.of()));
                assertThat(reads.rest((ReadBatch) work)).isEmpty();
                reads.over(work);
            }
        }
        assertThat(seen).hasSize(500);
        assertThat(calls).isEqualTo(25);
    }

    @Test
    void whatABatchDoesNotShowIsReadByItself() {
        open(Map.of("mediakeep.p.batch", "20"));
        List.of("a", "b", "c").forEach(id -> tasks.watch("p", id, null));

        ReadBatch batch = (ReadBatch) reads.claim("p").get(0);
        reads.begin(batch);
        reads.found(batch, mapped("b"), Map.of());
        reads.found(batch, mapped("stranger"), Map.of());
        Map<String, Object> less = new HashMap<>(mapped("c"));
        less.put("readAgain", true);
        reads.found(batch, less, Map.of());

        assertThat(reads.rest(batch)).extracting(ReadRun::getTaskId).containsExactlyInAnyOrder("a", "c");
        assertThat(queries.task("p", "stranger")).isEmpty();
    }

    @Test
    void aBatchAsksInItsProductAndWhatIsNotThereInTheOthers() {
        open(Map.of("mediakeep.p.batch", "20", "mediakeep.p.batch-product", "b", "mediakeep.p.products", "a,b"));
        List.of("t-1", "t-2").forEach(id -> tasks.watch("p", id, null));

        ReadBatch batch = (ReadBatch) reads.claim("p").get(0);
        reads.begin(batch);
        assertThat(batch.getProduct()).isEqualTo("b");
        reads.found(batch, mapped("t-1"), Map.of());

        ReadRun rest = reads.rest(batch).get(0);
        assertThat(rest.getTaskId()).isEqualTo("t-2");
        assertThat(rest.getProduct()).isEqualTo("a");
    }

    @Test
    void aTaskOfABatchThatCannotBeReadIsNoMatterOfTheOthers() {
        open(Map.of("mediakeep.p.batch", "20"));
        List.of("good", "bad").forEach(id -> tasks.watch("p", id, null));
        for (int i = 0; i < 8; i++) {
            clock.move(Duration.ofMinutes(15));
            for (ReadWork work : reads.claim("p")) {
                reads.begin(work);
                if (work instanceof ReadBatch batch) {
                    reads.found(batch, mapped("good"), Map.of("id", "good"));
                    reads.unreadable(batch, Map.of("id", "bad"), new IllegalArgumentException("no such property"));
                    assertThat(reads.rest(batch)).isEmpty();
                } else {
                    work.runs().forEach(run -> {
                        reads.answered(run);
                        reads.failed(run, new IllegalArgumentException("no such property"));
                    });
                }
                reads.over(work);
            }
        }
        assertThat(letters()).containsExactly("mapping");
        assertThat(queries.task("p", "good")).isPresent();
    }

    @Test
    void aBatchThatMayNotCallIsPutOff() {
        open(Map.of("mediakeep.p.batch", "20", "mediakeep.p.calls", "1", "mediakeep.p.calls-period", "10000"));
        for (int i = 0; i < 30; i++) {
            tasks.watch("p", "t-" + i, null);
        }

        ReadWork first = reads.claim("p").get(0);
        reads.begin(first);
        assertThat(first.runs()).hasSize(20);
        first.runs().forEach(run -> reads.found((ReadBatch) first, mapped(run.getTaskId()), Map.of()));
        reads.over(first);
        assertThat(reads.claim("p")).isEmpty();
        clock.move(Duration.ofSeconds(10));
        assertThat(reads.claim("p").get(0).runs()).hasSize(10);
    }

    @Test
    void troubleOfABatchIsChargedToNoTask() {
        open(Map.of("mediakeep.p.batch", "20"));
        List.of("a", "b").forEach(id -> tasks.watch("p", id, null));
        ReadBatch batch = (ReadBatch) reads.claim("p").get(0);
        reads.begin(batch);

        reads.trouble(batch, new IOException("connection reset"));

        assertThat(reads.open(batch)).isEmpty();
        reads.over(batch);
        assertThat(letters()).isEmpty();
        clock.move(Duration.ofMinutes(1));
        assertThat(reads.claim("p").get(0).runs()).hasSize(2);
    }

    private static Map<String, Object> mapped(String id) {
        return Map.of("taskId", id, "status", "processing");
    }

    private List<ReadRun> runs(String provider) {
        return reads.claim(provider).stream().map(ReadRun.class::cast).toList();
    }

    /** Which products are asked for a task that none of them knows. */
    private List<String> asked(ReadRun run) {
        List<String> asked = new ArrayList<>();
        reads.begin(run);
        while (run.isSearching()) {
            asked.add(run.getProduct());
            reads.notHere(run);
            if (run.isSearching()) {
                reads.begin(run);
            }
        }
        reads.over(run);
        return asked;
    }

    @Test
    void anErrorOfOursIsChargedToNoTask() {
        tasks.watch("p", "t", null);

        failReads(12, false, new IllegalArgumentException("a placeholder of a route"));
        failReads(12, true, new DirectConsumerNotAvailableException("no consumers", exchange()));

        assertThat(letters()).isEmpty();
    }

    @Test
    void aMappingThatThrowsTimeAndAgainIsADeadLetter() {
        tasks.watch("p", "t", null);

        failReads(7, true, new IllegalArgumentException("no such property"));

        assertThat(letters()).containsExactly("mapping");
    }

    private void failReads(int times, boolean answered, Exception cause) {
        for (int i = 0; i < times; i++) {
            clock.move(Duration.ofMinutes(15));
            for (ReadRun run : runs("p")) {
                reads.begin(run);
                if (answered) {
                    reads.answered(run);
                }
                reads.trouble(run, cause);
                reads.over(run);
            }
        }
    }

    private static Exchange exchange() {
        return new DefaultExchange(new DefaultCamelContext());
    }

    /** Looks for due reads every half minute, and answers each. */
    private int callsWithin(Duration time) {
        return callsWithin(time, Duration.ofSeconds(30));
    }

    private int callsWithin(Duration time, Duration step) {
        Instant end = clock.instant().plus(time);
        int calls = 0;
        while (clock.instant().isBefore(end)) {
            for (ReadRun run : runs("p")) {
                calls++;
                answer(run);
            }
            clock.move(step);
        }
        return calls;
    }

    /** As the routes do it. Returns whether the provider was called. */
    private boolean answer(ReadRun run) {
        reads.begin(run);
        boolean called = run.isSearching();
        if (called) {
            reads.found(run, Map.of("taskId", run.getTaskId(), "status", status));
        }
        reads.over(run);
        return called;
    }
}
