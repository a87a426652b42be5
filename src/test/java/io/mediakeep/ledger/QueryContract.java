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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.digest.Digests;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.ledger.LedgerQueries.Page;
import io.mediakeep.ledger.LedgerQueries.Summary;
import io.mediakeep.ledger.MediaLedger.Claimed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ledger shows, and how it takes text of any kind. */
abstract class QueryContract extends NounContract {
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
        void aTaskIsFoundByAPartOfItsTextsAndByItsIdHoweverOldItIs() {
            ledger.tasks.merge(event("kling", "old_100%", SUBMITTED), Seen.POLL);
            clock.move(Duration.ofSeconds(1));
            ledger.tasks.merge(
                    IntStream.range(0, TaskSearch.NEWEST)
                            .mapToObj(i -> event("kling", "New-" + i, SUBMITTED))
                            .toList(),
                    Seen.POLL);
            ledger.tasks.merge(event("vidu", "new-7", FAILED), Seen.POLL);

            assertThat(found("NEW-7", 2_000))
                    .contains("New-7", "new-7", "New-70", "New-799")
                    .hasSize(112);
            assertThat(found("new-99", 3)).hasSize(3);
            assertThat(found("old_100%", 9)).containsExactly("old_100%");
            assertThat(found("old", 9)).isEmpty();
            assertThat(found("%", 9)).isEmpty();
            assertThat(found("' OR 1=1--", 9)).isEmpty();
            assertThat(ledger.queries.find("vidu", "new", 9)).hasSize(1);
        }

        private List<Object> found(String text, int limit) {
            return ledger.queries.find(null, text, limit).stream()
                    .map(task -> task.get("taskId"))
                    .toList();
        }

        @Test
        void aPageOfTasksHasTheirOutputsAndEachStoredOneIsFound() {
            ledger.tasks.merge(
                    List.of(event("t1", SUCCEEDED, item("b"), item("a")), event("t2", SUCCEEDED)), Seen.POLL);
            ledger.media.stored(ledger.media.claim(1).get(0), OBJECT);

            List<Map<String, Object>> tasks =
                    ledger.queries.tasks(null, null, null, 9).items();
            ledger.queries.addOutputs(tasks);
            assertThat(tasks)
                    .extracting(task -> task.get("taskId") + " " + ((List<?>) task.get("outputs")).size())
                    .containsExactlyInAnyOrder("t1 2", "t2 0");

            assertThat(Stream.of("a", "b", "c").map(key -> ledger.queries.stored("vidu", "t1", key)))
                    .filteredOn(java.util.Optional::isPresent)
                    .singleElement()
                    .satisfies(stored -> {
                        assertThat(stored.get().objectKey()).isEqualTo("vidu/t/k.mp4");
                        assertThat(stored.get().size()).isEqualTo(7);
                        assertThat(stored.get().tag()).isEqualTo("ab".repeat(32));
                    });
        }

        /** What is dead with a dead URL is for the dead letters; what is stored is safe. */
        @Test
        void whatIsAtRiskComesNearestExpiryFirst() {
            Instant now = clock.instant();
            ledger.tasks.merge(
                    List.of(
                            event("gone", SUCCEEDED, item("k", "https://a/1", now.plusSeconds(10))),
                            event("dead", SUCCEEDED, item("k", "https://a/2", now.plusSeconds(20))),
                            event("copying", SUCCEEDED, item("k", "https://a/3", now.plusSeconds(40))),
                            event("stored", SUCCEEDED, item("k", "https://a/4", now.plusSeconds(50)))),
                    Seen.POLL);
            for (Claimed claimed : ledger.media.claim(9)) {
                switch (claimed.id().taskId()) {
                    case "gone", "dead" -> ledger.media.dead(claimed, "dns", "no such host");
                    case "stored" -> ledger.media.stored(claimed, OBJECT);
                    default -> {
                        // Stays claimed.
                    }
                }
            }
            ledger.tasks.merge(
                    event("kling", "due", SUCCEEDED, item("k", "https://a/5", now.plusSeconds(30))), Seen.POLL);
            clock.move(Duration.ofSeconds(15));

            assertThat(ledger.queries.atRisk(9))
                    .extracting(media -> media.get("taskId") + " " + media.get("state") + " " + media.get("reason"))
                    .containsExactly("dead dead dns", "due due null", "copying copying null");
            assertThat(ledger.queries.atRisk(2))
                    .extracting(media -> media.get("taskId"))
                    .containsExactly("dead", "due");
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
            ledger.polls.failed("vidu", "tasks", failedBefore(claimed(ledger), 1), Duration.ofMinutes(1), "HTTP 500");

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
            ledger.polls.failed("vidu", "tasks", failedBefore(claimed(ledger), 0), Duration.ZERO, "\0");
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
}
