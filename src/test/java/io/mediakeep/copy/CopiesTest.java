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
import io.mediakeep.failure.FinalFailure;
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
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which media are copied when, on a SQLite ledger; how a copy ends is up to the test. */
class CopiesTest {
    private static final int PLACES = 8;

    @TempDir
    private Path directory;

    private final MovingClock clock = new MovingClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Copier copier = mock(Copier.class);
    private final Set<String> broken = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private boolean storageUp = true;
    private boolean storageWrites = true;
    private boolean readable;
    private int fetched;
    private Ledger ledger;
    private TaskLedger tasks;
    private MediaLedger media;
    private LedgerQueries queries;
    private Copies copies;

    @BeforeEach
    void open() {
        Map<String, String> settings = Map.of("mediakeep.ledger.url", "jdbc:sqlite:" + directory.resolve("ledger.db"));
        Database database = new Database(new Settings(name -> Optional.ofNullable(settings.get(name))));
        ledger = new Ledger(database, clock, "node");
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        tasks = new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> readable);
        media = new MediaLedger(ledger, outbox, deadLetters, Duration.ofHours(10));
        queries = new LedgerQueries(ledger);
        ProviderSettings provider = mock(ProviderSettings.class);
        when(provider.readable()).thenAnswer(call -> readable);
        Providers providers = mock(Providers.class);
        when(providers.find(any())).thenReturn(Optional.of(provider));
        when(copier.open(any())).thenAnswer(call -> {
            Claimed claimed = call.getArgument(0);
            return Steps.done(claimed, end(claimed));
        });
        StorageBreaker storage = new StorageBreaker(
                () -> {
                    if (!storageUp) {
                        throw new RetryableFailure("storage", "down");
                    }
                },
                () -> {
                    if (!storageWrites) {
                        throw new RetryableFailure("storage_refused", "no right");
                    }
                },
                clock);
        copies = new Copies(
                media,
                new HostLedger(ledger, deadLetters),
                new Runs(ledger, Duration.ofHours(10), Duration.ofSeconds(10)),
                copier,
                providers,
                new Counters(meters),
                storage,
                clock,
                PLACES,
                0,
                12);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void aHostThatIsAloneTakesAllPlacesButOneAndLeavesThatToTheNext() {
        add("slow.example", 20, Duration.ofHours(1));
        assertThat(copies.claim()).hasSize(7);
        assertThat(copies.claim()).isEmpty();

        add("quick.example", 1, Duration.ofHours(9));
        assertThat(copies.claim()).extracting(Claimed::url).containsExactly("https://quick.example/0");
    }

    @Test
    void hostsThatWaitShareThePlaces() {
        add("slow.example", 20, Duration.ofHours(1));
        add("quick.example", 20, Duration.ofHours(9));

        assertThat(copies.claim())
                .extracting(m -> m.url().substring(8, 12))
                .containsOnly("slow", "quic")
                .filteredOn("slow"::equals)
                .hasSize(4);
    }

    @Test
    void mediaOfABrokenHostLoseFewAttemptsAndHoldNobodyUp() {
        broken.add("broken.example");
        add("broken.example", 100, Duration.ofHours(1));
        add("good.example", 100, Duration.ofHours(9));
        for (int second = 0; second < 600; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }

        assertThat(states("stored")).isEqualTo(100);
        assertThat(states("dead")).isZero();
        assertThat(attempts("broken.example")).as("first copies and probes").isLessThanOrEqualTo(PLACES + 7);
        assertThat(meters.get("mediakeep.hosts.paused").gauge().value()).isEqualTo(1);
        int before = fetched;

        broken.clear();
        for (int second = 0; second < 600; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }
        assertThat(states("stored")).isEqualTo(200);
        assertThat(fetched - before).isLessThanOrEqualTo(105);
        assertThat(meters.get("mediakeep.hosts.paused").gauge().value()).isZero();
    }

    @Test
    void aHostThatIsDownForHoursMakesNoDeadLetters() {
        broken.add("broken.example");
        add("broken.example", 10, Duration.ofHours(24));
        for (int step = 0; step < 6 * 360; step++) {
            work();
            clock.move(Duration.ofSeconds(10));
        }
        assertThat(states("dead")).isZero();
        assertThat(fetched).as("tried all the same").isGreaterThan(60);

        broken.clear();
        for (int step = 0; step < 100; step++) {
            work();
            clock.move(Duration.ofSeconds(10));
        }
        assertThat(states("stored")).isEqualTo(10);
    }

    @Test
    void everyMediaOfABrokenHostIsTriedBeforeItsUrlDies() {
        broken.add("broken.example");
        add("broken.example", 60, Duration.ofMinutes(20));
        Instant death = clock.instant().plus(Duration.ofMinutes(20));
        while (clock.instant().isBefore(death)) {
            work();
            clock.move(Duration.ofSeconds(1));
        }

        assertThat(ledgerMedia()).allMatch(row -> row.get("reason") != null);
    }

    @Test
    void aBadHourIsNoStormOfRetries() {
        broken.add("flaky.example");
        add("flaky.example", 300, Duration.ofHours(20));
        for (int second = 0; second < 3_600; second++) {
            work(second % 2 == 0); // every other copy ends well, so the breaker stays closed
            clock.move(Duration.ofSeconds(1));
        }

        assertThat(fetched).isLessThan(300 + 300 / 5 + 24 + 60 * 12 + 1);
        assertThat(states("dead")).isZero();
    }

    @Test
    void nothingIsFetchedWhileTheStorageIsAway() {
        storageUp = false;
        add("a.example", 40, Duration.ofHours(20));
        for (int second = 0; second < 1_800; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }
        assertThat(fetched).isLessThanOrEqualTo(PLACES);
        assertThat(attempts("a.example")).isZero();
        assertThat(meters.get("mediakeep.storage.paused").gauge().value()).isEqualTo(1);

        storageUp = true;
        for (int second = 0; second < 120; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }
        assertThat(states("stored")).isEqualTo(40);
        assertThat(meters.get("mediakeep.storage.paused").gauge().value()).isZero();
    }

    @Test
    void anObjectThatTheStorageRefusesEndsAsADeadLetterAndHoldsNobodyUp() {
        refused.add("odd.example");
        add("odd.example", 2, Duration.ofHours(20));
        add("a.example", 100, Duration.ofHours(21));
        for (int second = 0; second < 20; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }
        assertThat(states("stored")).isEqualTo(100);
        assertThat(meters.get("mediakeep.storage.paused").gauge().value()).isZero();

        for (int minute = 0; minute < 180; minute++) {
            work();
            clock.move(Duration.ofMinutes(1));
        }
        assertThat(ledgerMedia())
                .filteredOn(row -> row.get("state").equals("dead"))
                .hasSize(2)
                .allMatch(row -> row.get("reason").equals("storage_refused"));
        assertThat(meters.get("mediakeep.storage.paused").gauge().value()).isZero();
    }

    @Test
    void aStorageThatRefusesEveryObjectIsAnOutageAndCostsNoAttempts() {
        refused.add(".example");
        storageWrites = false;
        add("a.example", 40, Duration.ofHours(20));
        for (int second = 0; second < 1_800; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }
        assertThat(fetched).isLessThan(PLACES + 1_800 / 20);
        assertThat(attempts("a.example")).isZero();
        assertThat(meters.get("mediakeep.storage.paused").gauge().value()).isEqualTo(1);

        refused.clear();
        storageWrites = true;
        for (int second = 0; second < 120; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
        }
        assertThat(states("stored")).isEqualTo(40);
    }

    @Test
    void twoThousandThatWaitAreSavedByTheirOrder() {
        List<Integer> seconds = new ArrayList<>(
                IntStream.range(0, 2_000).mapToObj(i -> 60 + i * 340 / 2_000).toList());
        Collections.shuffle(seconds, new Random(1));
        addAll(seconds);
        drain(400);

        assertThat(states("stored")).isGreaterThanOrEqualTo(1_980);
    }

    @Test
    void twoThousandThatExpireWhileTheyWaitAreSavedByARefresh() {
        readable = true;
        List<Integer> seconds = new ArrayList<>(
                IntStream.range(0, 2_000).mapToObj(i -> 30 + i * 30 / 2_000).toList());
        Collections.shuffle(seconds, new Random(2));
        addAll(seconds);
        drain(1_200);

        assertThat(states("stored")).isGreaterThanOrEqualTo(1_980);
    }

    /** So many seconds of a node whose copies take a second each. */
    private void drain(int seconds) {
        for (int second = 0; second < seconds; second++) {
            work();
            clock.move(Duration.ofSeconds(1));
            for (TaskLedger.DueRead read : tasks.claimReads("p", 100)) {
                String host = read.taskId().substring(0, read.taskId().indexOf('/'));
                int number =
                        Integer.parseInt(read.taskId().substring(read.taskId().indexOf('/') + 1));
                merge(host, number, clock.instant().plus(Duration.ofMinutes(15)), "?again", Seen.READ);
                tasks.endRead(read, null);
            }
        }
    }

    private void work() {
        work(true);
    }

    /** One round of claims, each copied to its end. */
    private void work(boolean failing) {
        for (Claimed one : copies.claim()) {
            try {
                if (!failing) {
                    broken.clear();
                }
                Steps.copy(copies, one);
                copies.release(one);
            } catch (RuntimeException e) {
                copies.failed(one, e);
            } finally {
                if (one.url().contains("flaky")) {
                    broken.add("flaky.example");
                }
            }
        }
    }

    private Stored end(Claimed one) {
        fetched++;
        if (broken.stream().anyMatch(host -> one.url().contains(host))) {
            throw new RetryableFailure("connect", "no connection");
        }
        if (!one.expiresAt().isAfter(clock.instant())) {
            throw readable
                    ? new RefreshableFailure("url_expired", "403")
                    : new FinalFailure("url_expired", "403, and nobody can be asked");
        }
        if (!storageUp) {
            throw new RetryableFailure("storage", "down");
        }
        if (refused.stream().anyMatch(host -> one.url().contains(host))) {
            throw new RetryableFailure("storage_refused", "no right");
        }
        Stored stored = new Stored("k/" + one.id(), 1, new Checksum(SHA256, "ab".repeat(32)), "video/mp4", "h");
        media.stored(one, stored);
        return stored;
    }

    private void add(String host, int count, Duration life) {
        for (int i = 0; i < count; i++) {
            merge(host, i, clock.instant().plus(life), "", Seen.CALLBACK);
        }
    }

    private void addAll(List<Integer> seconds) {
        for (int i = 0; i < seconds.size(); i++) {
            merge("h" + i % 10 + ".example", i, clock.instant().plusSeconds(seconds.get(i)), "", Seen.CALLBACK);
        }
    }

    private void merge(String host, int number, Instant expiry, String query, Seen seen) {
        MediaItem item =
                new MediaItem("k", "video", "https://" + host + "/" + number + query, expiry, null, null, null, null);
        tasks.merge(
                new TaskEvent(
                        "p",
                        host + "/" + number,
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

    private long states(String state) {
        return queries.summary().media().getOrDefault("p", Map.of()).getOrDefault(state, 0L);
    }

    private long attempts(String host) {
        return ledgerMedia().stream()
                .filter(row -> row.get("taskId").toString().startsWith(host))
                .mapToLong(row -> (Long) row.get("attempts"))
                .sum();
    }

    private List<Map<String, Object>> ledgerMedia() {
        return queries.media(null, null, null, 5_000).items();
    }
}
