package io.mediakeep.copy;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.mediakeep.database.Database;
import io.mediakeep.digest.Checksum;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.ForeignHostFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.HostLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.Runs;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import io.mediakeep.storage.StorageBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long one media is tried, second by second on a clock of the test, with and without reads for a fresh URL. */
class CopiesPatienceTest {
    private static final int MOST_ATTEMPTS = 12;

    @TempDir
    private Path directory;

    private final MovingClock clock = new MovingClock();
    private final Copier copier = mock(Copier.class);
    private final List<Instant> tries = new ArrayList<>();
    private final List<Instant> reads = new ArrayList<>();
    private Ledger ledger;
    private TaskLedger tasks;
    private MediaLedger media;
    private HostLedger hosts;
    private Copies copies;
    private boolean readable;
    /** What a read shows of the URL. */
    private Function<Integer, MediaItem> answer = number -> null;
    /** How the source answers; null for the file. */
    private Function<Claimed, Failure> source = one -> null;

    @BeforeEach
    void open() {
        Map<String, String> settings = Map.of("mediakeep.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
        ledger = new Ledger(new Database(new Settings(name -> Optional.ofNullable(settings.get(name)))), clock, "node");
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        tasks = new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> readable);
        media = new MediaLedger(ledger, outbox, deadLetters, Duration.ofHours(10));
        hosts = new HostLedger(ledger, deadLetters);
        ProviderSettings provider = mock(ProviderSettings.class);
        when(provider.readable()).thenAnswer(call -> readable);
        Providers providers = mock(Providers.class);
        when(providers.find(any())).thenReturn(Optional.of(provider));
        when(copier.open(any())).thenAnswer(call -> {
            Claimed claimed = call.getArgument(0);
            return Steps.done(claimed, end(claimed));
        });
        Counters counters = new Counters(new SimpleMeterRegistry());
        StorageBreaker storage = new StorageBreaker(() -> {}, clock);
        copies = new Copies(
                media,
                hosts,
                new Runs(ledger, Duration.ofHours(10), Duration.ofSeconds(10)),
                copier,
                providers,
                counters,
                storage,
                clock,
                8,
                0,
                MOST_ATTEMPTS);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @ParameterizedTest(name = "{0} {1}, read: {2}")
    @CsvSource({
        "refresh, url_expired, false",
        "refresh, url_expired, true",
        "refresh, resp_status, false",
        "refresh, resp_status, true",
        "refresh, resp_type, true",
        "refresh, resp_length, false",
        "retry, resp_type, false",
        "retry, resp_type, true"
    })
    void aSourceThatHasTheFileAMinuteLateIsStored(String what, String reason, boolean canRead) {
        readable = canRead;
        Instant there = clock.instant().plusSeconds(75);
        MediaItem item = item("https://cdn.example/1", clock.instant().plus(Duration.ofDays(30)));
        answer = number -> item;
        source = one -> clock.instant().isBefore(there) ? failure(what, reason) : null;
        merge(item, Seen.CALLBACK);
        pass(Duration.ofMinutes(4), Duration.ofSeconds(1));

        assertThat(row()).containsEntry("state", "stored");
        assertThat(tries).as("with growing pauses").hasSizeLessThan(14);
    }

    @ParameterizedTest(name = "read: {0}")
    @ValueSource(booleans = {false, true})
    void aSourceWithoutAFileIsAskedOverTheLifeOfItsUrlAndNearItsEnd(boolean canRead) {
        readable = canRead;
        Instant death = clock.instant().plus(Duration.ofHours(30));
        MediaItem item = item("https://cdn.example/1", death);
        answer = number -> item;
        source = one -> failure("refresh", "resp_status");
        merge(item, Seen.CALLBACK);
        pass(Duration.ofHours(20), Duration.ofSeconds(30));
        assertThat(row()).containsEntry("state", "due");
        assertThat(tries).hasSizeBetween(40, 80);

        pass(Duration.ofMinutes(590), Duration.ofSeconds(30));
        pass(Duration.ofMinutes(60), Duration.ofSeconds(2));
        assertThat(row()).containsEntry("state", "dead").containsEntry("reason", "resp_status");
        assertThat(tries.stream().filter(at -> at.isAfter(death.minusSeconds(600)) && at.isBefore(death)))
                .hasSizeBetween(2, 8);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "throttle, throttled",
        "retry, resp_status",
        "retry, connect",
        "retry, resp_truncated",
        "refresh, url_expired"
    })
    void anyFailureOfADeadUrlLeadsToAFreshOne(String what, String reason) {
        readable = true;
        boolean throttled = reason.equals("throttled");
        Instant up = clock.instant().plus(Duration.ofMinutes(throttled ? 30 : 5));
        answer = number ->
                item("https://cdn.example/1?" + number, clock.instant().plusSeconds(60));
        source = one ->
                clock.instant().isBefore(up) || clock.instant().isAfter(one.expiresAt()) ? failure(what, reason) : null;
        merge(item("https://cdn.example/1", clock.instant().plusSeconds(60)), Seen.CALLBACK);
        pass(Duration.ofMinutes(throttled ? 100 : 15), Duration.ofSeconds(2));

        assertThat(row()).containsEntry("state", "stored");
    }

    @Test
    void pausesNearTheEndOfAUrlBurnNoAttempts() {
        Instant death = clock.instant().plusSeconds(100);
        merge(item("https://cdn.example/1", death), Seen.CALLBACK);
        source = one -> failure("retry", "resp_status");
        pass(Duration.ofSeconds(99), Duration.ofMillis(100));

        assertThat(tries.stream().filter(at -> at.isAfter(death.minusSeconds(10))))
                .hasSizeLessThan(3);
        assertThat((Long) row().get("attempts")).isLessThan(MOST_ATTEMPTS);
    }

    @Test
    void readsThatCannotBeMadeUseNoRefreshUp() {
        readable = true;
        answer = number -> clock.instant().isBefore(Instant.parse("2026-01-02T09:00:00Z"))
                ? null
                : item("https://cdn.example/1?fresh", clock.instant().plusSeconds(600));
        source = one -> one.url().endsWith("fresh") ? null : failure("refresh", "url_expired");
        merge(item("https://cdn.example/1", clock.instant().minusSeconds(1)), Seen.CALLBACK);
        pass(Duration.ofHours(8), Duration.ofSeconds(30));

        assertThat(row()).containsEntry("state", "stored");
    }

    @Test
    void aDeadUrlThatReadsRepeatIsGivenUpAfterTwo() {
        readable = true;
        MediaItem item = item("https://cdn.example/1", clock.instant().minusSeconds(1));
        answer = number -> item;
        source = one -> failure("refresh", "url_expired");
        merge(item, Seen.CALLBACK);
        pass(Duration.ofMinutes(5), Duration.ofSeconds(1));

        assertThat(row()).containsEntry("state", "dead").containsEntry("reason", "url_expired");
        assertThat(reads).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void badMediaOfAHostThatHasNoOthersAreGivenUpAfterTheirAttempts(int count) {
        source = one -> failure("retry", "resp_status");
        for (int i = 0; i < count; i++) {
            merge("t" + i, item("https://bad.example/" + i, clock.instant().plus(Duration.ofDays(30))), Seen.CALLBACK);
        }
        pass(Duration.ofHours(2 + count), Duration.ofSeconds(10));

        assertThat(rows())
                .allSatisfy(
                        row -> assertThat(row).containsEntry("state", "dead").containsEntry("reason", "resp_status"));
    }

    @ParameterizedTest(name = "read: {0}, URL by {1}")
    @CsvSource({"false, POLL", "true, POLL", "true, READ"})
    void aHostThatOurOwnAnswerNamesIsWaitedForUntilItIsAccepted(boolean canRead, Seen seen) {
        readable = canRead;
        MediaItem item = item("https://new.example/1", clock.instant().plus(Duration.ofDays(2)));
        answer = number -> item;
        source = one -> hosts.accepted("p").contains("new.example") ? null : foreign();
        merge(item, seen);
        pass(Duration.ofHours(10), Duration.ofMinutes(1));
        assertThat(row())
                .containsEntry("state", "due")
                .containsEntry("reason", "url_host")
                .containsEntry("refusedHost", "new.example")
                .containsEntry("waitsForHost", true);
        assertThat(tries).hasSize(1);

        assertThat(hosts.accept("p", "new.example")).isEqualTo(1);
        pass(Duration.ofSeconds(10), Duration.ofSeconds(1));
        assertThat(row()).containsEntry("state", "stored").containsEntry("refusedHost", null);
    }

    @Test
    void aUrlThatWaitsForItsHostIsMadeFreshBeforeItDies() {
        readable = true;
        answer = number ->
                item("https://new.example/1?" + number, clock.instant().plus(Duration.ofHours(1)));
        source = one -> hosts.accepted("p").contains("new.example") ? null : foreign();
        merge(item("https://new.example/1", clock.instant().plus(Duration.ofHours(1))), Seen.READ);
        pass(Duration.ofHours(24), Duration.ofSeconds(20));
        assertThat(row()).containsEntry("state", "due");
        assertThat(reads).hasSizeBetween(20, 30);

        hosts.accept("p", "new.example");
        pass(Duration.ofSeconds(10), Duration.ofSeconds(1));
        assertThat(row()).containsEntry("state", "stored");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHostThatNobodyAcceptsIsADeadLetterWhenItsUrlDies(boolean canRead) {
        readable = canRead;
        Instant death = clock.instant().plus(Duration.ofHours(1));
        MediaItem item = item("https://new.example/1", death);
        answer = number -> item;
        source = one -> hosts.accepted("p").contains("new.example") ? null : foreign();
        merge(item, Seen.POLL);
        pass(Duration.ofMinutes(50), Duration.ofSeconds(30));
        assertThat(row()).containsEntry("state", "due");
        pass(Duration.ofMinutes(11), Duration.ofSeconds(1));
        assertThat(row())
                .containsEntry("state", "dead")
                .containsEntry("reason", "url_host")
                .containsEntry("refusedHost", "new.example")
                .containsEntry("waitsForHost", false);

        hosts.accept("p", "new.example");
        pass(Duration.ofSeconds(10), Duration.ofSeconds(1));
        assertThat(row()).containsEntry("state", "stored");
    }

    @Test
    void aHostThatOnlyACallbackNamesIsADeadLetterAtOnce() {
        source = one -> foreign();
        merge(item("https://new.example/1", clock.instant().plus(Duration.ofDays(2))), Seen.CALLBACK);
        pass(Duration.ofSeconds(2), Duration.ofSeconds(1));

        assertThat(row()).containsEntry("state", "dead").containsEntry("reason", "url_host");
    }

    private static Failure foreign() {
        return new ForeignHostFailure("new.example", "expected cdn.example, but found new.example");
    }

    private static Failure failure(String what, String reason) {
        return what.equals("refresh") ? new RefreshableFailure(reason, "no") : new RetryableFailure(reason, "no");
    }

    private Stored end(Claimed one) {
        tries.add(clock.instant());
        Failure failure = source.apply(one);
        if (failure != null) {
            throw failure;
        }
        Stored stored = new Stored("k/" + one.id(), 1, new Checksum(SHA256, "ab".repeat(32)), "video/mp4", "h");
        media.stored(one, stored);
        return stored;
    }

    /** Lets time pass with a node that copies and reads what is due. */
    private void pass(Duration time, Duration step) {
        Instant until = clock.instant().plus(time);
        while (clock.instant().isBefore(until)) {
            for (Claimed one : copies.claim()) {
                try {
                    Steps.copy(copies, one);
                    copies.release(one);
                } catch (RuntimeException e) {
                    copies.failed(one, e);
                }
            }
            read();
            clock.move(step);
        }
    }

    private void read() {
        if (!readable) {
            return;
        }
        for (TaskLedger.DueRead due : tasks.claimReads("p", 10)) {
            MediaItem item = answer.apply(reads.size());
            if (item == null) {
                tasks.endRead(due, Duration.ofMinutes(10));
                continue;
            }
            reads.add(clock.instant());
            merge(due.taskId(), item, Seen.READ);
            tasks.endRead(due, null);
            tasks.wakeMedia("p", due.taskId(), Duration.ofSeconds(10));
        }
    }

    private static MediaItem item(String url, Instant expiry) {
        return new MediaItem("k", "video", url, expiry, null, null, null, null);
    }

    private void merge(MediaItem item, Seen seen) {
        merge("t", item, seen);
    }

    private void merge(String task, MediaItem item, Seen seen) {
        tasks.merge(
                new TaskEvent(
                        "p",
                        task,
                        TaskStatus.SUCCEEDED,
                        true,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        List.of(item)),
                seen);
    }

    private Map<String, Object> row() {
        return rows().get(0);
    }

    private List<Map<String, Object>> rows() {
        return new LedgerQueries(ledger).media(null, null, null, 100).items();
    }
}
