package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.Database;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.PollLedger;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.provider.Products;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import io.mediakeep.settings.TestProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many pages of a list a poll asks for, and that no task is lost by asking for fewer. */
class PollsTest {
    private static final Instant START = Instant.parse("2026-01-02T00:00:00Z");
    private static final int PAGE = 10;

    @TempDir
    Path directory;

    private final Map<String, Task> list = new HashMap<>();
    private Comparator<Task> order =
            Comparator.comparing(Task::created).reversed().thenComparing(Task::id);
    private Instant now = START;
    private Ledger ledger;
    private LedgerQueries queries;
    private DeadLetterLedger deadLetters;
    private TaskLedger tasks;
    private Polls polls;

    private record Task(String id, String status, Instant created, Instant updated) {}

    @BeforeEach
    void open() {
        Map<String, String> values = TestProvider.values("p", "never", directory);
        values.put("mediakeep.p.lists", "tasks");
        values.put("mediakeep.p.poll-page-size", Integer.toString(PAGE));
        values.put("mediakeep.p.poll-max-pages", "1000");
        values.put("mediakeep.poll.overlap", "5m");
        values.put("mediakeep.poll.whole-interval", "6h");
        Settings settings = TestProvider.settings(values);
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }
        };
        Providers providers = Providers.read(settings, List.of("p"));
        ledger = new Ledger(new Database(settings), clock, "node");
        queries = new LedgerQueries(ledger);
        OutboxLedger outbox = new OutboxLedger(ledger);
        deadLetters = new DeadLetterLedger(ledger, outbox);
        tasks = new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> true);
        polls = new Polls(
                new PollLedger(ledger),
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
    void aListThatDidNotChangeIsOneCall() {
        fill(100, Duration.ofMinutes(10));

        assertThat(poll()).as("the first walk sees the whole list").isEqualTo(11);
        for (int i = 0; i < 30; i++) {
            assertThat(poll()).isEqualTo(1);
        }
    }

    @Test
    void newTasksCostACallForEachPageOfThem() {
        fill(200, Duration.ofMinutes(10));
        poll();
        for (int i = 0; i < 35; i++) {
            put("new-" + i, "succeeded", now.minusSeconds(i), now);
        }

        assertThat(poll()).isEqualTo(4);
        assertThat(known()).isEqualTo(235);
    }

    @Test
    void aWalkGoesBackToTheOldestOpenTask() {
        fill(200, Duration.ofMinutes(1));
        Instant made = now.minus(Duration.ofMinutes(55));
        put("slow", "processing", made, now);
        poll();
        assertThat(poll()).as("down to the task that is still open").isEqualTo(5);
        put("slow", "succeeded", made, now);

        assertThat(poll()).isEqualTo(5);
        assertThat(status("slow")).isEqualTo("succeeded");
        assertThat(poll()).isEqualTo(1);
    }

    @Test
    void anOlderOpenTaskIsLookedForLessOften() {
        fill(200, Duration.ofMinutes(10));
        put("stuck", "processing", now.minus(Duration.ofHours(10)), now);
        poll();
        List<Integer> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(poll());
        }

        assertThat(calls).filteredOn(c -> c == 1).hasSize(6);
        assertThat(calls).filteredOn(c -> c > 5).hasSize(2);
    }

    @Test
    void aTaskThatTheListShowsLateIsFoundByTheNextWholeWalk() {
        fill(100, Duration.ofMinutes(10));
        poll();
        put("late", "succeeded", now.minus(Duration.ofHours(5)), now.minus(Duration.ofHours(5)));
        assertThat(poll()).isEqualTo(1);
        assertThat(known()).isEqualTo(100);

        now = now.plus(Duration.ofHours(6));
        poll();
        assertThat(known()).isEqualTo(101);
    }

    @Test
    void aTaskThatEndedWhileNobodyPolledIsFound() {
        fill(100, Duration.ofMinutes(10));
        poll();
        now = now.plus(Duration.ofHours(5));
        for (int i = 0; i < 35; i++) {
            put("missed-" + i, "succeeded", now.minus(Duration.ofMinutes(8L * i)), now);
        }

        poll();
        assertThat(known()).isEqualTo(135);
    }

    @Test
    void aListInAnotherOrderIsReadWhole() {
        order = Comparator.comparing(Task::created).thenComparing(Task::id);
        fill(100, Duration.ofMinutes(10));

        assertThat(poll()).isEqualTo(11);
        assertThat(poll()).isEqualTo(11);
    }

    @Test
    void aListThatLosesItsOrderIsReadWholeUntilItIsSeenAgain() {
        fill(100, Duration.ofMinutes(10));
        poll();
        assertThat(poll()).isEqualTo(1);
        order = Comparator.comparing(Task::id);

        assertThat(poll()).isEqualTo(11);
        order = Comparator.comparing(Task::created).reversed();
        assertThat(poll()).isEqualTo(11);
        assertThat(poll()).isEqualTo(1);
    }

    @Test
    void aListThatShowsTheLastChangeFirstIsReadBackToTheLastPoll() {
        order = Comparator.comparing(Task::updated).reversed();
        fill(100, Duration.ofMinutes(10));
        Instant made = now.minus(Duration.ofDays(3));
        put("old", "processing", made, now.minus(Duration.ofMinutes(15)));
        poll();
        assertThat(poll()).isEqualTo(1);
        put("old", "succeeded", made, now);

        assertThat(poll()).isEqualTo(1);
        assertThat(status("old")).isEqualTo("succeeded");
    }

    @Test
    void whatIsOlderThanTheWindowIsNotAskedFor() {
        fill(100, Duration.ofHours(1));
        for (int i = 0; i < 1_000; i++) {
            put("ancient-" + i, "succeeded", now.minus(Duration.ofDays(20 + i)), now.minus(Duration.ofDays(20 + i)));
        }

        assertThat(poll()).isEqualTo(11);
        assertThat(known()).isEqualTo(100);
    }

    @Test
    void anOpenTaskThatNoListShowsAnyMoreIsReadByItself() {
        put("gone", "processing", now, now);
        put("stays", "processing", now, now);
        poll();
        list.remove("gone");
        poll();
        assertThat(claimed()).as("a list may be late").isEmpty();

        poll();
        assertThat(claimed()).containsExactly("gone");
    }

    @Test
    void anOpenTaskThatWasGivenUpIsNotReadAgain() {
        put("gone", "processing", now, now);
        poll();
        list.remove("gone");
        deadLetters.task("p", "gone", "task_unknown", "for the test");
        poll();
        poll();

        assertThat(claimed()).isEmpty();
    }

    @Test
    void anOpenTaskThatIsOlderThanTheWindowIsReadByItself() {
        put("old", "processing", now, now);
        poll();
        now = now.plus(Duration.ofDays(8));

        poll();
        assertThat(claimed()).containsExactly("old");
    }

    @Test
    void anOpenTaskThatNoListHasEverShownIsReadByItself() {
        TaskEvent told = new TaskEvent(
                "p", "told", TaskStatus.PROCESSING, true, null, null, null, null, null, null, null, false, List.of());
        tasks.merge(told, Seen.CALLBACK);
        poll();
        poll();
        poll();

        assertThat(claimed()).containsExactly("told");
    }

    @Test
    void aPageThatIsTheSameAsTheOneBeforeIsTroubleAndNotTheEnd() {
        fill(25, Duration.ofMinutes(1));
        List<String> asked = walk(run -> {
            int page = run.getSize() == PAGE ? Math.min(1, run.getPage()) : run.getPage();
            return new Page(page(page, run.getSize()), "");
        });

        assertThat(asked).startsWith("0/10", "1/10", "2/10", "2/10", "0/5").endsWith("5/5");
        assertThat(known()).isEqualTo(25);
        assertThat(problem()).contains("same items");
    }

    @Test
    void aWalkThatFindsNoWayOnKeepsItsCursor() {
        fill(25, Duration.ofMinutes(1));
        List<String> asked = walk(run -> new Page(page(0, run.getSize()), ""));

        assertThat(asked).hasSize(5);
        assertThat(problem()).contains("same items");
        assertThat(poll()).as("the next walk sees the whole list").isEqualTo(3);
        assertThat(problem()).isNull();
    }

    @Test
    void moreWithoutATokenIsTroubleAndIsAskedForAgain() {
        fill(25, Duration.ofMinutes(1));
        int[] failures = {1};
        List<String> asked = walk(run -> {
            int page = run.getToken().isEmpty() ? 0 : Integer.parseInt(run.getToken());
            boolean fails = page == 1 && failures[0]-- > 0;
            return new Page(page(page, PAGE), fails ? true : page == 2 ? null : Integer.toString(page + 1));
        });

        assertThat(asked).containsExactly("0/10", "1/10", "1/10", "2/10");
        assertThat(known()).isEqualTo(25);
        assertThat(problem()).contains("more");
    }

    @Test
    void moreWithoutATokenIsAskedForByNumberWhereItStays() {
        fill(25, Duration.ofMinutes(1));
        List<String> asked = walk(run -> new Page(
                page(run.getPage(), PAGE), run.getPage() == 0 ? "t1" : run.getPage() == 2 ? null : Boolean.TRUE));

        assertThat(asked).containsExactly("0/10", "1/10", "1/10", "1/10", "2/10");
        assertThat(known()).isEqualTo(25);
    }

    private record Page(List<Task> shown, Object next) {}

    private List<Task> page(int number, int size) {
        List<Task> all = list.values().stream().sorted(order).toList();
        int from = Math.min(all.size(), number * size);
        return all.subList(from, Math.min(all.size(), from + size));
    }

    /** One walk through what a provider answers. Returns the number and size of each page that was asked for. */
    private List<String> walk(java.util.function.Function<PollRun, Page> provider) {
        now = now.plus(Duration.ofMinutes(1));
        PollRun run = polls.begin("p", "tasks");
        List<String> asked = new ArrayList<>();
        while (run.isMore()) {
            asked.add(run.getPage() + "/" + run.getSize());
            Page page = provider.apply(run);
            polls.page(run, events(run, page.shown()), page.shown().size(), page.next());
        }
        polls.end(run);
        return asked;
    }

    private String problem() {
        return (String) queries.summary().polls().get("p").get(0).get("problem");
    }

    private List<String> claimed() {
        return tasks.claimReads("p", 10).stream()
                .map(TaskLedger.DueRead::taskId)
                .toList();
    }

    private void fill(int tasks, Duration apart) {
        for (int i = 0; i < tasks; i++) {
            Instant at = now.minus(Duration.ofMinutes(10)).minus(apart.multipliedBy(i));
            put("t-" + (i * 7919 % 1000) + "-" + i, "succeeded", at, at);
        }
    }

    private void put(String id, String status, Instant created, Instant updated) {
        list.put(id, new Task(id, status, created, updated));
    }

    /** One walk, as the routes do it. Returns the number of calls. */
    private int poll() {
        now = now.plus(Duration.ofMinutes(1));
        PollRun run = polls.begin("p", "tasks");
        List<Task> all = list.values().stream().sorted(order).toList();
        int calls = 0;
        while (run.isMore()) {
            calls++;
            int from = Math.min(all.size(), run.getPage() * PAGE);
            List<Task> shown = all.subList(from, Math.min(all.size(), from + PAGE));
            polls.page(run, events(run, shown), shown.size(), "");
        }
        polls.end(run);
        return calls;
    }

    private List<TaskEvent> events(PollRun run, List<Task> shown) {
        List<TaskEvent> events = new ArrayList<>();
        for (Task task : shown) {
            Map<String, Object> mapped = Map.of(
                    "taskId", task.id(),
                    "status", task.status(),
                    "createdAt", task.created().toString(),
                    "updatedAt", task.updated().toString(),
                    "media",
                            task.status().equals("succeeded")
                                    ? List.of(Map.of("key", "v", "kind", "video", "url", "https://cdn.example/v"))
                                    : List.of());
            events.add(polls.item(run, mapped, mapped));
        }
        return events;
    }

    private long known() {
        return queries.summary().tasks().get("p").values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private Object status(String id) {
        return queries.task("p", id).orElseThrow().get("status");
    }
}
