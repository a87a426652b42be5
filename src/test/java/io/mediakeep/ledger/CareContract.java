package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operating a ledger takes, on every database. */
abstract class CareContract {
    MovableClock clock;
    TestLedger ledger;

    abstract TestLedger ledger(MovableClock clock);

    private static final Map<String, VitalsLedger.Reads> NOTHING_DUE =
            Map.of("vidu", new VitalsLedger.Reads(0, null), "suno", new VitalsLedger.Reads(0, null));

    @BeforeEach
    void prepare() throws SQLException {
        clock = new MovableClock();
        ledger = ledger(clock);
        TestLedger.empty(ledger.database);
    }

    @Test
    void tellsSinceWhenReadsAreDueAndTasksAreOpen() {
        long begun = clock.millis();
        ledger.tasks.merge(TestLedger.event("vidu", "asked", TaskStatus.PROCESSING), Seen.POLL);
        ledger.tasks.watch("suno", "watched", null);
        clock.move(Duration.ofMinutes(1));
        ledger.tasks.read("vidu", "asked", "confirm");
        ledger.tasks.watch("suno", "later", null);
        ledger.tasks.watch("suno", "running", null);
        ledger.tasks.endRead(
                ledger.tasks.claimReads("suno", 3).stream()
                        .filter(read -> read.taskId().equals("watched"))
                        .findFirst()
                        .orElseThrow(),
                Duration.ZERO);
        clock.move(Duration.ofSeconds(10));

        VitalsLedger.Snapshot seen = new VitalsLedger(ledger.ledger, List.of("vidu", "suno")).look();

        assertThat(seen.reads())
                .isEqualTo(Map.of(
                        "vidu", new VitalsLedger.Reads(1, begun + 60_000),
                        "suno", new VitalsLedger.Reads(1, begun + 60_000)));
        assertThat(seen.oldestOpen()).isEqualTo(Map.of("vidu", begun, "suno", begun));
    }

    @Test
    void anEmptyLedgerHasNothingToTell() {
        VitalsLedger.Snapshot seen = new VitalsLedger(ledger.ledger, List.of("vidu", "suno")).look();

        assertThat(seen)
                .isEqualTo(new VitalsLedger.Snapshot(
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        0,
                        null,
                        null,
                        Map.of(),
                        NOTHING_DUE,
                        Map.of()));
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
        PollLedger.Cursor cursor = ledger.polls.claim("vidu", "tasks").orElseThrow();
        ledger.polls.claim("vidu", "never");
        ledger.polls.succeeded("vidu", "tasks", cursor, MovableClock.START, null, null, null);

        VitalsLedger.Snapshot seen = new VitalsLedger(ledger.ledger, List.of("vidu", "suno")).look();

        assertThat(soon.id().mediaKey()).isEqualTo("soon");
        assertThat(seen)
                .isEqualTo(new VitalsLedger.Snapshot(
                        Map.of("vidu", 1L),
                        Map.of("vidu", 1L),
                        Map.of("vidu", 1L),
                        Map.of(),
                        Map.of(),
                        1,
                        TestLedger.EXPIRY.toEpochMilli(),
                        announced,
                        Map.of("vidu tasks", MovableClock.START.toEpochMilli()),
                        NOTHING_DUE,
                        Map.of()));

        ledger.media.stored(soon, TestLedger.OBJECT);
        assertThat(new VitalsLedger(ledger.ledger, List.of("vidu", "suno"))
                        .look()
                        .nearestExpiry())
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

    private static final MediaLedger.Stored OBJECT = TestLedger.OBJECT;

    private RebuildLedger rebuild() {
        return new RebuildLedger(ledger.ledger, ledger.deadLetters, provider -> !provider.equals("blind"));
    }

    private static RebuildLedger.Task found(
            String provider, String status, long revision, RebuildLedger.Media... media) {
        boolean ended = status.equals("succeeded") || status.equals("failed");
        Instant at = MovableClock.START.minusSeconds(3_600);
        return new RebuildLedger.Task(
                provider,
                "t",
                status,
                null,
                "order",
                at,
                at,
                "4",
                "m",
                "p",
                "poll",
                at,
                null,
                at,
                ended ? at : null,
                revision,
                List.of(media));
    }

    private static RebuildLedger.Media media(String key, MediaLedger.Stored object) {
        Instant at = MovableClock.START.minusSeconds(3_600);
        return new RebuildLedger.Media(
                key,
                "video",
                5.0,
                1280,
                720,
                24.0,
                at,
                TestLedger.EXPIRY,
                object == null ? null : at,
                object,
                List.of("other-" + key));
    }

    @Test
    void whatTheBucketHasIsNeitherCopiedNorAnnouncedAgain() {
        RebuildLedger.Task task = found("vidu", "succeeded", 3, media("k", OBJECT));
        assertThat(rebuild().isKnown("vidu", "t", 3)).isFalse();
        rebuild().bringBack(List.of(task, task));

        assertThat(rebuild().isKnown("vidu", "t", 3)).isTrue();
        assertThat(ledger.status("t")).isEqualTo("succeeded");
        assertThat(ledger.media.claim(9)).isEmpty();
        assertThat(ledger.manifests.claim(9)).as("its manifest is right").isEmpty();
        assertThat(ledger.tasks.claimReads("vidu", 9)).isEmpty();
        ledger.tasks.merge(TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.POLL);
        ledger.tasks.merge(TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("other-k")), Seen.POLL);
        assertThat(ledger.media.claim(9)).isEmpty();
        assertThat(ledger.count("outbox")).isZero();
    }

    @Test
    void whatTheBucketHasNotWaitsForAFreshUrl() {
        rebuild().bringBack(List.of(found("vidu", "succeeded", 3, media("k", OBJECT), media("lost", null))));

        assertThat(ledger.media.claim(9)).as("there is no URL").isEmpty();
        assertThat(ledger.readReason("t")).isEqualTo("rebuild");
        assertThat(ledger.manifests.claim(9))
                .as("the manifest says more than is there")
                .hasSize(1);
        ledger.tasks.merge(
                TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("k"), TestLedger.item("lost")), Seen.READ);
        assertThat(ledger.media.claim(9)).singleElement().satisfies(claimed -> {
            assertThat(claimed.id().mediaKey()).isEqualTo("lost");
            assertThat(claimed.url()).isEqualTo("https://cdn.example/lost");
        });
    }

    /** It is claimed without a URL, which ends as a dead letter: nothing is lost in silence. */
    @Test
    void whatCannotBeAskedForIsDueAtOnce() {
        rebuild().bringBack(List.of(found("blind", "succeeded", 3, media("lost", null))));

        assertThat(ledger.media.claim(9))
                .singleElement()
                .satisfies(claimed -> assertThat(claimed.url()).isEmpty());
    }

    @Test
    void aTaskWithoutMediaIsAskedForOrADeadLetter() {
        rebuild().bringBack(List.of(found("vidu", "succeeded", 3), found("blind", "succeeded", 3)));

        assertThat(ledger.tasks.claimReads("vidu", 9)).hasSize(1);
        assertThat(ledger.texts("SELECT provider || reason FROM dead_letter")).containsExactly("blindno_output");
    }

    @Test
    void aLedgerThatKnowsMoreKeepsIt() {
        MediaLedger.Claimed claimed = ledger.claimedMedia("t");
        long revision = Long.parseLong(ledger.text("SELECT revision FROM task WHERE task_id = ?", "t"));
        rebuild().bringBack(List.of(found("vidu", "failed", revision + 5, media("k", OBJECT))));
        rebuild().bringBack(List.of(found("vidu", "succeeded", revision, media("k", OBJECT))));

        assertThat(ledger.status("t")).as("a status never goes back").isEqualTo("succeeded");
        assertThat(ledger.media.stored(claimed, OBJECT))
                .as("the copy that runs")
                .isTrue();
    }

    @Test
    void aBackupThatIsBehindTheBucketCatchesUp() {
        ledger.tasks.merge(TestLedger.event("t", TaskStatus.PROCESSING, TestLedger.item("k")), Seen.POLL);
        rebuild().bringBack(List.of(found("vidu", "succeeded", 7, media("k", OBJECT), media("later", OBJECT))));

        assertThat(ledger.status("t")).isEqualTo("succeeded");
        assertThat(ledger.media.claim(9)).isEmpty();
        assertThat(ledger.texts("SELECT state FROM media")).containsExactly("stored", "stored");
    }

    @Test
    void theCountsFollowARebuild() {
        ledger.tasks.merge(TestLedger.event("t", TaskStatus.PROCESSING, TestLedger.item("k")), Seen.POLL);
        rebuild()
                .bringBack(List.of(
                        found("vidu", "succeeded", 7, media("k", OBJECT), media("later", OBJECT)),
                        found("kling", "failed", 7)));

        LedgerQueries.Summary summary = ledger.queries.summary();
        assertThat(summary.tasks().get("vidu")).containsEntry("succeeded", 1L).doesNotContainEntry("processing", 1L);
        assertThat(summary.tasks().get("kling")).containsEntry("failed", 1L);
        assertThat(summary.media().get("vidu")).containsEntry("stored", 2L);
        assertThat(summary.streams().get("vidu")).containsEntry("missed", 1L);
    }

    private Map<String, Long> missed() {
        return new VitalsLedger(ledger.ledger, List.of("vidu", "suno")).look().missed();
    }
}
