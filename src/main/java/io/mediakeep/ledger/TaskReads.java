package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEvent.Unreadable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which events ask for a read of their task, in the transaction of the merge. Thread-safe. */
final class TaskReads {
    private static final Logger LOG = LoggerFactory.getLogger(TaskReads.class);
    private static final Duration MOST_CREDIT = Duration.ofHours(1);

    private final Ledger ledger;
    private final DeadLetterLedger deadLetters;
    private final Function<String, Duration> watchInterval;
    private final Predicate<String> readable;

    TaskReads(
            Ledger ledger,
            DeadLetterLedger deadLetters,
            Function<String, Duration> watchInterval,
            Predicate<String> readable) {
        this.ledger = ledger;
        this.deadLetters = deadLetters;
        this.watchInterval = watchInterval;
        this.readable = readable;
    }

    DeadLetterLedger deadLetters() {
        return deadLetters;
    }

    boolean isReadable(String provider) {
        return readable.test(provider);
    }

    /** Whether an open task of the provider is read now and then, because no list shows it. */
    boolean isWatched(String provider) {
        return readable.test(provider) && !watchInterval.apply(provider).isZero();
    }

    /** @param moved whether the event was news: the task is new, or its status went on */
    int schedule(Handle h, TaskEvent event, Seen seen, boolean moved) {
        String provider = event.provider();
        String taskId = event.taskId();
        if (seen == Seen.HINT && (event.status().isFinal() || !event.media().isEmpty() || !event.statusKnown())) {
            return ask(h, provider, taskId, "confirm");
        }
        if (seen == Seen.READ) {
            return 0;
        }
        boolean withoutOutput = event.lacksOutput() && moved;
        if (!event.statusKnown() && seen != Seen.HINT && (seen == Seen.POLL || !readable.test(provider))) {
            return unknownStatus(h, provider, taskId);
        }
        if (!readable.test(provider)) {
            if (withoutOutput && event.unreadable().isEmpty()) {
                noOutput(h, provider, taskId);
            }
            return 0;
        }
        if (event.readAgain() && moved || !event.statusKnown() && seen == Seen.CALLBACK) {
            return ask(h, provider, taskId, "detail");
        }
        if (withoutOutput) {
            return ask(h, provider, taskId, "no-output");
        }
        Duration interval = watchInterval.apply(provider);
        if (!event.status().isFinal() && !interval.isZero()) {
            Row row = Row.task(provider, taskId).with("read_at", ledger.in(interval));
            return ledger.change(h, "task-watch", row.values());
        }
        return 0;
    }

    /** Asks for a read of the task, now. Returns 0 if one is due already. */
    int ask(Handle h, String provider, String taskId, String reason) {
        return ask(ledger, h, provider, taskId, reason, ledger.now(), null);
    }

    /**
     * @param at        not before; milliseconds since the epoch
     * @param expiresAt when a URL of the task dies that the read is to replace: the nearest comes first; null for none
     */
    static int ask(Ledger ledger, Handle h, String provider, String taskId, String reason, long at, Instant expiresAt) {
        Row row = Row.task(provider, taskId)
                .with("read_at", at)
                .with("credit", expiresAt == null ? 0L : credit(expiresAt.toEpochMilli() - ledger.now()))
                .with("reason", reason);
        return ledger.change(h, "task-read-schedule", row.values());
    }

    /** The shorter the life that is left, the more; at most an hour, so that nobody is overtaken for ever. */
    private static long credit(long left) {
        double hour = MOST_CREDIT.toMillis();
        return (long) (hour * hour / (hour + Math.max(0, left)));
    }

    void noOutput(Handle h, String provider, String taskId) {
        deadLetters.add(
                h,
                DeadLetter.of("task", provider, taskId)
                        .about(taskId, null)
                        .because("no_output", "the provider says that the task succeeded, but names no media"));
    }

    /** One letter for each output that cannot be read, however often it is told. */
    void unreadable(Handle h, TaskEvent event) {
        for (Unreadable output : event.unreadable()) {
            String key = event.taskId() + " " + output.key();
            String detail = "the output " + output.key() + " of the task cannot be read: " + output.what();
            if (deadLetters.add(
                    h,
                    DeadLetter.of("task", event.provider(), key)
                            .about(event.taskId(), output.key())
                            .because("payload_shape", detail))) {
                LOG.warn(
                        "Task {} of {} has a dead letter: payload_shape: {}", event.taskId(), event.provider(), detail);
            }
        }
    }

    /** A list shows the task again and again, so its reads begin once; they end in a letter, which a replay takes away. */
    private int unknownStatus(Handle h, String provider, String taskId) {
        if (!readable.test(provider)) {
            unknownStatus(h, provider, taskId, "nobody can read the task");
            return 0;
        }
        if (deadLetters.reason(h, provider, taskId).isPresent()) {
            return 0;
        }
        Row row = Row.task(provider, taskId).with("read_at", ledger.now()).with("reason", "detail");
        return ledger.change(h, "task-read-unless-asked", row.values());
    }

    /** Returns false if the letter is open already. */
    boolean unknownStatus(Handle h, String provider, String taskId, String why) {
        return deadLetters.add(
                h,
                DeadLetter.of("task", provider, taskId)
                        .about(taskId, null)
                        .because("status_unknown", "the mapping knows no such status, and " + why));
    }

    boolean isUnknownStatusTold(Handle h, String provider, String taskId) {
        return deadLetters
                .reason(h, provider, taskId)
                .filter("status_unknown"::equals)
                .isPresent();
    }

    /** The provider tells of these tasks. */
    void settle(Handle h, Collection<TaskKey> tasks) {
        deadLetters.settle(h, tasks);
    }
}
