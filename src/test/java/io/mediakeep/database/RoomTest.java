package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TestLedger;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is nearly full takes nothing more, and what is there comes to its end. */
class RoomTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path directory;

    private final AtomicLong ledgerFree = new AtomicLong(1_000 << 20);
    private final AtomicLong bucketFree = new AtomicLong(1_000 << 20);
    private final AtomicLong nanos = new AtomicLong();
    private TestLedger ledger;
    private Room room;

    @BeforeEach
    void open() {
        ledger = new TestLedger(
                TestLedger.open("jdbc:sqlite:" + directory.resolve("ledger.db"), "nobody"), new MovableClock(), "node");
        room = new Room(
                256 << 20,
                List.of(
                        new Room.Place("ledger", Path.of("/var/data"), ledgerFree::get),
                        new Room.Place("bucket", Path.of("/srv/bucket"), bucketFree::get)),
                nanos::get);
        ledger.ledger.keepTo(room);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void aFullLedgerTakesNoCallbackAndBeginsNothing() {
        ledger.tasks.merge(TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.POLL);
        free(ledgerFree, 255 << 20);

        assertThatThrownBy(() -> ledger.callbacks.record("vidu", "k", true, new byte[] {1}))
                .isInstanceOf(LedgerUnavailableException.class)
                .hasMessageContaining("has 255 MiB free, less than mediakeep.ledger.min-free = 256 MiB");
        assertThat(ledger.media.claim(1)).isEmpty();
        assertThat(ledger.polls.claim("vidu", "tasks")).isEmpty();
        assertThat(room.problem()).startsWith("the disk of the ledger, /var/data, has 255 MiB free");

        free(ledgerFree, 256 << 20);
        assertThat(room.problem()).isNull();
        assertThat(ledger.callbacks.record("vidu", "k", true, new byte[] {1})).isTrue();
        assertThat(ledger.media.claim(1)).hasSize(1);
        assertThat(ledger.polls.claim("vidu", "tasks")).isPresent();
    }

    @Test
    void workThatRunsEndsOnAFullDisk() {
        MediaLedger.Claimed claimed = ledger.claimedMedia("t");
        free(ledgerFree, 0);

        assertThat(ledger.media.stored(claimed, TestLedger.OBJECT)).isTrue();
    }

    @Test
    void aFullBucketStopsCopiesButNoCallbacks() {
        ledger.tasks.merge(TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.POLL);
        free(bucketFree, 0);

        assertThat(ledger.media.claim(1)).isEmpty();
        assertThat(ledger.callbacks.record("vidu", "k", true, new byte[] {1})).isTrue();
        assertThat(room.problem()).startsWith("the disk of the bucket, /srv/bucket, has 0 MiB free");
    }

    @Test
    void looksAtADiskOnceASecond() {
        AtomicInteger looks = new AtomicInteger();
        Room counted = new Room(
                1,
                List.of(new Room.Place("ledger", directory, () -> {
                    if (looks.incrementAndGet() > 1) {
                        throw new IOException("a disk that does not answer");
                    }
                    return 5;
                })),
                nanos::get);
        for (int i = 0; i < 100; i++) {
            assertThat(counted.forCallbacks()).isTrue();
        }
        assertThat(looks).hasValue(1);
        nanos.addAndGet(SECOND);
        assertThat(counted.free("ledger")).contains(5L);
        assertThat(looks).hasValue(2);
        assertThat(counted.free("bucket")).isEmpty();
    }

    @Test
    void aStartNeedsRoom() throws Exception {
        Map<String, String> settings = Map.of(
                "mediakeep.ledger.url",
                "jdbc:sqlite:" + directory.resolve("ledger.db"),
                "mediakeep.ledger.min-free",
                "1000000 GiB");
        assertThatThrownBy(() -> Room.of(new Settings(name -> Optional.ofNullable(settings.get(name))), null))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith(
                        "mediakeep.ledger.min-free must be less than what is free where the ledger is, but " + directory
                                + " has ")
                .hasMessageContaining(" MiB free and 1024000000 MiB are asked for");

        Map<String, String> postgres =
                Map.of("mediakeep.ledger.url", "jdbc:postgresql://db/mediakeep", "mediakeep.ledger.min-free", "1 MiB");
        Room bucketOnly = Room.of(
                new Settings(name -> Optional.ofNullable(postgres.get(name))), directory.resolve("not/there/yet"));
        assertThat(bucketOnly.free("bucket"))
                .hasValueSatisfying(free -> assertThat(free).isPositive());
        assertThat(Files.exists(directory.resolve("not"))).isFalse();
    }

    private void free(AtomicLong place, long bytes) {
        place.set(bytes);
        nanos.addAndGet(SECOND);
    }
}
