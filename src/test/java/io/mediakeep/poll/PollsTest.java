package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.ledger.Database;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.PollLedger;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.operate.Counters;
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
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        polls = new Polls(
                new PollLedger(ledger),
                new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> true),
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
            polls.page(run, events, shown.size(), "");
        }
        polls.end(run);
        return calls;
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
