package io.mediakeep.ledger;

import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where both streams meet: an Idempotent Receiver that merges task events by rank, and the reads that are due.
 * Thread-safe.
 */
public final class TaskLedger {
    private static final Logger LOG = LoggerFactory.getLogger(TaskLedger.class);
    private static final Duration READ_LEASE = Duration.ofSeconds(60);
    private static final int GROUP = 200;

    private final Ledger ledger;
    private final OutboxLedger outbox;
    private final DeadLetterLedger deadLetters;
    private final Function<String, Duration> watchInterval;
    private final Predicate<String> readable;

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
        this.deadLetters = deadLetters;
        this.watchInterval = watchInterval;
        this.readable = readable;
    }

    /**
     * A read that this node has claimed.
     *
     * @param since when the task was first seen, in milliseconds since the epoch
     * @param fence tells this claim from every other
     */
    public record DueRead(
            String provider,
            String taskId,
            TaskStatus status,
            String product,
            String reason,
            int attempts,
            long since,
            long fence) {}

    /** Merges in groups of 200 events to a transaction, so that no write lock is held for long. */
    public MergeResult merge(List<TaskEvent> events, Seen seen) {
        List<TaskEvent> sorted = new ArrayList<>(events);
        sorted.sort(Comparator.comparing(TaskEvent::taskId));
        MergeResult sum = MergeResult.NONE;
        for (int from = 0; from < sorted.size(); from += GROUP) {
            List<TaskEvent> group = sorted.subList(from, Math.min(sorted.size(), from + GROUP));
            sum = sum.plus(ledger.write(h -> {
                MergeResult result = MergeResult.NONE;
                for (TaskEvent event : group) {
                    result = result.plus(merge(h, event, seen));
                }
                return result;
            }));
        }
        return sum;
    }

    public MergeResult merge(TaskEvent event, Seen seen) {
        return ledger.write(h -> merge(h, event, seen));
    }

    /** Starts to watch a task that nobody told us of yet. Returns false if it is known already. */
    public boolean watch(String provider, String taskId, String product) {
        TaskEvent event = new TaskEvent(
                provider,
                taskId,
                TaskStatus.SUBMITTED,
                true,
                null,
                null,
                null,
                null,
                null,
                null,
                product,
                false,
                List.of());
        return ledger.write(h -> {
            Row row = values(event, Seen.READ, false).with("seen_by", "watch").number("polled_at", null);
            boolean added = ledger.change(h, "task-insert", row.values()) == 1;
            read(h, provider, taskId, "watch", ledger.now());
            return added;
        });
    }

    /** Asks for a read of the task, now. */
    public void read(String provider, String taskId, String reason) {
        ledger.write(h -> read(h, provider, taskId, reason, ledger.now()));
    }

    public List<DueRead> claimReads(String provider, int limit) {
        Row row = Row.of("provider", provider)
                .with("now", ledger.now())
                .with("lease_until", ledger.in(READ_LEASE))
                .with("limit", limit);
        return ledger.write(h -> ledger.query(h, "task-read-claim", row.values())
                .map((rs, context) -> new DueRead(
                        rs.getString("provider"),
                        rs.getString("task_id"),
                        TaskStatus.of(rs.getString("status")).orElseThrow(),
                        rs.getString("product"),
                        rs.getString("read_reason"),
                        rs.getInt("read_attempts"),
                        rs.getLong("first_seen_at"),
                        rs.getLong("read_fence")))
                .list());
    }

    /**
     * Ends a read, unless another one was asked for or claimed meanwhile.
     *
     * @param next pause to the next one, null for none
     */
    public void endRead(DueRead read, Duration next) {
        endRead(read, next, false);
    }

    /** Ends a read of a task that is still open, to be read again: nothing was wrong with it, so its attempts start again. */
    public void watchOn(DueRead read, Duration next) {
        endRead(read, next, true);
    }

    private void endRead(DueRead read, Duration next, boolean fresh) {
        Row row = Row.task(read.provider(), read.taskId())
                .number("next_at", next == null ? null : ledger.in(next))
                .with("fresh", fresh ? 1 : 0)
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
            noOutput(h, provider, taskId);
            return true;
        });
    }

    private void noOutput(Handle h, String provider, String taskId) {
        deadLetters.add(
                h,
                DeadLetter.of("task", provider, taskId)
                        .about(taskId, null)
                        .because("no_output", "the provider says that the task succeeded, but names no media"));
    }

    private MergeResult merge(Handle h, TaskEvent event, Seen seen) {
        boolean hint = seen == Seen.HINT;
        boolean added = insert(h, event, seen);
        boolean moved = added;
        int reads = 0;
        if (!added) {
            Optional<Boolean> hadFailed = hint ? Optional.empty() : advance(h, event, seen);
            moved = hadFailed.isPresent();
            if (!moved) {
                ledger.change(h, "task-sight", values(event, seen, hint).values());
            } else if (hadFailed.get() && seen != Seen.READ) {
                reads = conflict(h, event, "failed");
            }
        }
        boolean finished = moved && !hint && event.status().isFinal();
        if (finished) {
            announce(h, event);
        }
        int media = hint ? 0 : addMedia(h, event, seen, moved);
        reads += scheduleReads(h, event, seen, moved);
        return new MergeResult(1, added ? 1 : 0, finished ? 1 : 0, media, reads);
    }

    private boolean insert(Handle h, TaskEvent event, Seen seen) {
        Row row = values(event, seen, seen == Seen.HINT).with("seen_by", seen.firstSeenBy());
        return ledger.change(h, "task-insert", row.values()) == 1;
    }
    /** Moves the task on. Empty if the event ranks no higher; else whether the task had failed before. */
    private Optional<Boolean> advance(Handle h, TaskEvent event, Seen seen) {
        Row row = values(event, seen, false)
                .with("rank", event.status().rank())
                .with("ends_watch", seen == Seen.READ ? 0 : 1);
        return ledger
                .query(h, "task-advance", row.values())
                .map((rs, context) -> Row.number(rs, "conflict_at") != null)
                .list()
                .stream()
                .findFirst();
    }

    private int conflict(Handle h, TaskEvent event, String before) {
        LOG.warn(
                "Two final states for task {} of {}: {} and {}; it is read again",
                event.taskId(),
                event.provider(),
                before,
                event.status().word());
        return read(h, event.provider(), event.taskId(), "conflict", ledger.now());
    }

    /** Returns how many media are new or got a fresher URL. */
    private int addMedia(Handle h, TaskEvent event, Seen seen, boolean revised) {
        int added = 0;
        int fresher = 0;
        for (MediaItem media : event.media()) {
            Row known = Row.task(event.provider(), event.taskId())
                    .with("media_key", media.key())
                    .with("url", media.url())
                    .with("expires_at", media.expiresAt().toEpochMilli());
            Row fresh = known.copy().with("fresh", seen == Seen.READ ? 1 : 0).with("now", ledger.now());
            Row row = known.with("kind", media.kind())
                    .decimal("duration_seconds", media.durationSeconds())
                    .number("width", media.width())
                    .number("height", media.height())
                    .decimal("fps", media.fps())
                    .with("now", ledger.now());
            if (ledger.change(h, "media-add", row.values()) == 1) {
                added++;
            } else {
                fresher += ledger.change(h, "media-url", fresh.values());
            }
        }
        if (added > 0 && !revised) {
            ledger.change(
                    h, "task-revise", Row.task(event.provider(), event.taskId()).values());
        }
        return added + fresher;
    }

    private int scheduleReads(Handle h, TaskEvent event, Seen seen, boolean moved) {
        String provider = event.provider();
        String taskId = event.taskId();
        if (seen == Seen.HINT && (event.status().isFinal() || !event.media().isEmpty() || !event.statusKnown())) {
            return read(h, provider, taskId, "confirm", ledger.now());
        }
        if (seen == Seen.READ) {
            return 0;
        }
        if (!event.statusKnown() && seen != Seen.HINT && (seen == Seen.POLL || !readable.test(provider))) {
            return unknownStatus(h, provider, taskId);
        }
        if (!readable.test(provider)) {
            if (event.status() == TaskStatus.SUCCEEDED && event.media().isEmpty() && moved) {
                noOutput(h, provider, taskId);
            }
            return 0;
        }
        if (event.status().isFinal() && !moved && contradicts(h, event)) {
            return conflict(h, event, "succeeded");
        }
        if (event.readAgain() && moved || !event.statusKnown() && seen == Seen.CALLBACK) {
            return read(h, provider, taskId, "detail", ledger.now());
        }
        if (event.status() == TaskStatus.SUCCEEDED && event.media().isEmpty() && moved) {
            return read(h, provider, taskId, "no-output", ledger.now());
        }
        Duration interval = watchInterval.apply(provider);
        if (!event.status().isFinal() && !interval.isZero()) {
            return watchOpen(h, provider, taskId, interval);
        }
        return 0;
    }

    /** A list shows the task again and again, so its reads begin once; they end in a letter, which a replay takes away. */
    private int unknownStatus(Handle h, String provider, String taskId) {
        if (!readable.test(provider)) {
            unknownStatus(h, provider, taskId, "nobody can read the task");
            return 0;
        }
        if (deadLetters.isOpen(h, provider, taskId)) {
            return 0;
        }
        Row row = Row.task(provider, taskId).with("read_at", ledger.now()).with("reason", "detail");
        return ledger.change(h, "task-read-unless-asked", row.values());
    }

    private boolean unknownStatus(Handle h, String provider, String taskId, String why) {
        return deadLetters.add(
                h,
                DeadLetter.of("task", provider, taskId)
                        .about(taskId, null)
                        .because("status_unknown", "the mapping knows no such status, and " + why));
    }

    /** The reads of a task are used up, and each gave a status that the mapping does not know. Returns false if it is told. */
    public boolean unknownStatus(String provider, String taskId, int reads) {
        return ledger.write(h -> unknownStatus(h, provider, taskId, reads + " reads gave none that it knows"));
    }

    private int watchOpen(Handle h, String provider, String taskId, Duration interval) {
        Row row = Row.task(provider, taskId).with("read_at", ledger.in(interval));
        return ledger.change(h, "task-watch", row.values());
    }

    /** A failed after a succeeded: the rank holds, and the first time the task is read. */
    private boolean contradicts(Handle h, TaskEvent event) {
        Row row = Row.task(event.provider(), event.taskId())
                .with("now", ledger.now())
                .with("status", event.status().word());
        return ledger.change(h, "task-conflict", row.values()) == 1;
    }

    private int read(Handle h, String provider, String taskId, String reason, long at) {
        Row row = Row.task(provider, taskId).with("read_at", at).with("reason", reason);
        return ledger.change(h, "task-read-schedule", row.values());
    }

    private void announce(Handle h, TaskEvent event) {
        Map<String, Object> data = event.toMap();
        data.put(
                "media",
                event.media().stream()
                        .map(m -> Map.of("key", m.key(), "kind", m.kind()))
                        .toList());
        outbox.add(h, "announce", "task." + event.status().word(), event.provider(), event.taskId(), null, data);
    }

    /** What the event says of the task; a hint is believed nothing but that the task exists. */
    private Row values(TaskEvent event, Seen seen, boolean hint) {
        boolean callback = seen == Seen.CALLBACK || hint;
        TaskStatus status = hint ? TaskStatus.SUBMITTED : event.status();
        return Row.task(event.provider(), event.taskId())
                .with("status", status.word())
                .text("status_message", hint ? null : event.statusMessage())
                .text("external_task_id", hint ? null : event.externalTaskId())
                .number("created_at", hint ? null : Ledger.millis(event.createdAt()))
                .number("updated_at", hint ? null : Ledger.millis(event.updatedAt()))
                .text("units", hint ? null : event.units())
                .text("model", hint ? null : event.model())
                .text("product", event.product())
                .number("callback_at", callback ? ledger.now() : null)
                .number("polled_at", callback ? null : ledger.now())
                .number("finished_at", status.isFinal() ? ledger.now() : null)
                .with("now", ledger.now());
    }
}
