package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * Where both streams meet: an Idempotent Receiver that merges task events by rank, and the reads that are due.
 * Thread-safe.
 */
public final class TaskLedger {
    /** Reason of a read that looks whether a status word stays that the mapping does not know. */
    public static final String STATUS = "status";

    private static final Duration READ_LEASE = Duration.ofSeconds(60);
    private static final int GROUP = 200;
    /** A list may show a new task some time after its callback. */
    private static final Duration LATE = Duration.ofMinutes(1);
    /** The next walk finds the others. */
    private static final int MOST_UNLISTED = 1_000;

    private final Ledger ledger;
    private final OutboxLedger outbox;
    private final TaskReads reads;

    /**
     * @param watchInterval pause between the reads of an open task of a provider that has no list; zero for the others
     * @param readable      whether a provider's tasks can be read with our own credentials
     */
    public TaskLedger(
            Ledger ledger,
            OutboxLedger outbox,
            DeadLetterLedger deadLetters,
            Function<String, Duration> watchInterval,
            Predicate<String> readable) {
        this.ledger = ledger;
        this.outbox = outbox;
        this.reads = new TaskReads(ledger, deadLetters, watchInterval, readable);
    }

    /**
     * A read that this node has claimed.
     *
     * @param since when the task was first seen, in milliseconds since the epoch
     * @param fence tells this claim from every other
     * @param leaseUntil until when nobody else claims it, in milliseconds since the epoch
     */
    public record DueRead(
            String provider,
            String taskId,
            TaskStatus status,
            String product,
            String reason,
            int attempts,
            long since,
            long fence,
            long leaseUntil) {
        /** Whether nobody waits for it. */
        public boolean isWatch() {
            return reason.equals("watch") || reason.equals("rebuild");
        }
    }

    /**
     * Merges in groups of 200 tasks to a transaction, so that no write lock is held for long. Events of a poll that tell
     * nothing new are found by reading, and write nothing.
     */
    public MergeResult merge(List<TaskEvent> events, Seen seen) {
        MergeResult sum = MergeResult.NONE;
        List<TaskEvent> sorted = sorted(events);
        for (int from = 0; from < sorted.size(); from += GROUP) {
            List<TaskEvent> group = sorted.subList(from, Math.min(sorted.size(), from + GROUP));
            List<TaskEvent> news =
                    seen == Seen.POLL ? KnownTasks.read(ledger, reads, group).news(group) : group;
            sum = sum.plus(new MergeResult(group.size() - news.size(), 0, 0, 0, 0));
            if (!news.isEmpty()) {
                sum = sum.plus(ledger.write(h -> mergeSorted(h, news, seen)));
            }
        }
        return sum;
    }

    public MergeResult merge(TaskEvent event, Seen seen) {
        return ledger.write(h -> mergeSorted(h, List.of(event), seen));
    }

    /** Merges inside the caller's transaction. */
    MergeResult merge(Handle handle, List<TaskEvent> events, Seen seen) {
        return mergeSorted(handle, sorted(events), seen);
    }

    private MergeResult mergeSorted(Handle handle, List<TaskEvent> events, Seen seen) {
        MergeResult sum = MergeResult.NONE;
        for (List<TaskEvent> once : eachTaskOnce(events)) {
            sum = sum.plus(new TaskMerge(ledger, outbox, reads, handle, seen).run(once));
        }
        return sum;
    }

    /** In the order in which all lock their tasks; the events of one task stay in theirs. */
    private static List<TaskEvent> sorted(List<TaskEvent> events) {
        List<TaskEvent> sorted = new ArrayList<>(events);
        sorted.sort(Comparator.comparing(TaskEvent::provider).thenComparing(TaskEvent::taskId));
        return sorted;
    }

    /** A page that shows a task twice is merged as two, in the order of the events. */
    private static List<List<TaskEvent>> eachTaskOnce(List<TaskEvent> events) {
        List<List<TaskEvent>> parts = new ArrayList<>();
        Map<TaskKey, Integer> times = new HashMap<>();
        for (TaskEvent event : events) {
            int part = times.merge(TaskKey.of(event), 1, Integer::sum) - 1;
            if (part == parts.size()) {
                parts.add(new ArrayList<>());
            }
            parts.get(part).add(event);
        }
        return parts;
    }

    /** Starts to watch a task that nobody told us of yet. Returns false if it is known already. */
    public boolean watch(String provider, String taskId, String product) {
        Rows task = new Rows()
                .add()
                .text("provider", provider)
                .text("task_id", taskId)
                .text("status", TaskStatus.SUBMITTED.word())
                .text("product", product);
        return ledger.write(h -> {
            boolean added = !TaskMerge.insert(ledger, h, "watch", task).isEmpty();
            reads.ask(h, provider, taskId, "watch");
            if (added) {
                Tally tally = new Tally();
                tally.task(provider, TaskStatus.SUBMITTED, 1);
                tally.write(h, ledger);
            }
            return added;
        });
    }

    /** Asks for a read of the task, now. */
    public void read(String provider, String taskId, String reason) {
        ledger.write(h -> reads.ask(h, provider, taskId, reason));
    }

    /** Claims reads that are due: those that somebody waits for, then those that watch. */
    public List<DueRead> claimReads(String provider, int limit) {
        return claimReads(provider, limit, 0, limit);
    }

    /**
     * Claims reads that are due: some that watch, then those that somebody waits for, nearest expiry first, then more that
     * watch, the longest due first.
     *
     * @param limit most of all
     * @param first most that watch and come before the others
     * @param watch most that watch
     */
    public List<DueRead> claimReads(String provider, int limit, int first, int watch) {
        long leaseUntil = ledger.in(READ_LEASE);
        Row row = Row.of("provider", provider).with("now", ledger.now()).with("lease_until", leaseUntil);
        return ledger.write(h -> {
            List<DueRead> claimed = new ArrayList<>(claim(h, "task-watch-claim", row, first, leaseUntil));
            boolean watchMore = claimed.size() == first;
            claimed.addAll(claim(h, "task-read-claim", row, limit - claimed.size(), leaseUntil));
            if (watchMore) {
                int rest = Math.min(limit - claimed.size(), watch - first);
                claimed.addAll(claim(h, "task-watch-claim", row, rest, leaseUntil));
            }
            return claimed;
        });
    }

    private List<DueRead> claim(Handle h, String statement, Row row, int limit, long leaseUntil) {
        if (limit <= 0) {
            return List.of();
        }
        return ledger.query(h, statement, row.with("limit", limit).values())
                .map((rs, context) -> new DueRead(
                        rs.getString("provider"),
                        rs.getString("task_id"),
                        TaskStatus.of(rs.getString("status")).orElseThrow(),
                        rs.getString("product"),
                        rs.getString("read_reason"),
                        rs.getInt("read_attempts"),
                        rs.getLong("first_seen_at"),
                        rs.getLong("read_fence"),
                        leaseUntil))
                .list();
    }

    /**
     * Ends a read, unless another one was asked for or claimed meanwhile.
     *
     * @param next pause to the next one, null for none
     */
    public void endRead(DueRead read, Duration next) {
        endRead(read, next, read.attempts(), null);
    }

    /** Ends a read of a task that is still open, to be read again: nothing was wrong with it, so its attempts start again. */
    public void watchOn(DueRead read, Duration next) {
        endRead(read, next, 0, "watch");
    }

    /** Ends a read whose answer had an unknown status, to look again. */
    public void lookForStatus(DueRead read, int attempts, Duration next) {
        endRead(read, next, attempts, STATUS);
    }

    /** Gives back a read that could not begin or go on; it was no attempt. */
    public void putOff(DueRead read, Duration pause) {
        endRead(read, pause, Math.max(0, read.attempts() - 1), null);
    }

    private void endRead(DueRead read, Duration next, int attempts, String reason) {
        Row row = Row.task(read.provider(), read.taskId())
                .number("next_at", next == null ? null : ledger.in(next))
                .with("attempts", attempts)
                .text("reason", reason)
                .with("fence", read.fence());
        ledger.write(h -> ledger.change(h, "task-read-end", row.values()));
    }

    /** A read has ended: media that wait for it are due after the pause at the latest; a fresh URL made them due at once. */
    public void wakeMedia(String provider, String taskId, Duration pause) {
        Row row = Row.task(provider, taskId).with("due_at", ledger.in(pause));
        ledger.write(h -> ledger.change(h, "media-wake", row.values()));
    }

    /**
     * A succeeded task without any output; its own read said so too.
     *
     * @return false if the task showed its output before, and so has no letter
     */
    public boolean noOutput(String provider, String taskId) {
        Row task = Row.task(provider, taskId);
        return ledger.write(h -> {
            boolean any = ledger.query(h, "media-of-task", task.values())
                    .map((rs, context) -> true)
                    .findFirst()
                    .isPresent();
            if (any) {
                return false;
            }
            reads.noOutput(h, provider, taskId);
            return true;
        });
    }

    /** The reads of a task are used up, and each gave a status that the mapping does not know. Returns false if it is told. */
    public boolean unknownStatus(String provider, String taskId, int count) {
        return ledger.write(h -> reads.unknownStatus(h, provider, taskId, count + " reads gave none that it knows"));
    }

    /** Whether a letter is open that says so. */
    public boolean isUnknownStatusTold(String provider, String taskId) {
        return ledger.read(h -> reads.isUnknownStatusTold(h, provider, taskId));
    }

    /**
     * Asks for a read of open tasks that were in a list and are not any more, or that none of the lists has shown.
     *
     * @param shown   the ids of the open tasks that a whole walk through the list has just shown
     * @param walkedAt when that walk began
     * @return how many are read from now on
     */
    public int watchUnlisted(String provider, String list, Set<String> shown, Instant walkedAt) {
        Row row = Row.of("provider", provider).with("list", list).with("before", before(walkedAt));
        return watchAll(
                provider,
                ledger.read(h -> ledger.query(h, "task-open-listed", row.values())
                        .map((rs, context) -> rs.getString("task_id"))
                        .list()),
                shown);
    }

    /** Like {@link #watchUnlisted}, of tasks that are known from elsewhere than the lists that are polled. */
    public int watchUnlisted(String provider, List<String> lists, Instant walkedAt) {
        Row row = Row.of("provider", provider).with("before", before(walkedAt));
        return watchAll(
                provider,
                ledger.read(h -> ledger.query(h, "task-open", row.values())
                        .map((rs, context) -> lists.contains(String.valueOf(rs.getString("product")))
                                ? null
                                : rs.getString("task_id"))
                        .list()),
                Set.of());
    }

    private static long before(Instant walkedAt) {
        return walkedAt.minus(LATE).toEpochMilli();
    }

    private int watchAll(String provider, List<String> open, Set<String> shown) {
        List<String> gone = open.stream()
                .filter(id -> id != null && !shown.contains(id))
                .limit(MOST_UNLISTED)
                .toList();
        if (gone.isEmpty()) {
            return 0;
        }
        return ledger.write(h -> gone.stream()
                .mapToInt(id -> ledger.change(
                        h,
                        "task-watch",
                        Row.task(provider, id).with("read_at", ledger.now()).values()))
                .sum());
    }
}
