package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUBMITTED;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.EXPIRY;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static io.mediakeep.ledger.TestLedger.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.LedgerQueries.Summary;
import io.mediakeep.ledger.MediaLedger.Claimed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the ledger promises of tasks, and of the pages that bring many at once. */
abstract class TaskContract extends NounContract {
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
}
