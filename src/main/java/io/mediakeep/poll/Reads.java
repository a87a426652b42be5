package io.mediakeep.poll;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.LedgerUnavailableException;
import io.mediakeep.ledger.MergeResult;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.ledger.TaskLedger.DueRead;
import io.mediakeep.operate.Counters;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of single tasks with our own credentials: to confirm a callback, to watch a task that no list shows, for a fresh
 * URL, or to settle a contradiction. Thread-safe.
 */
public final class Reads {
    private static final Logger LOG = LoggerFactory.getLogger(Reads.class);
    /** A fresh id may not be known for some seconds, so "no such task" counts only after so many tries. */
    private static final int GRACE = 6;

    /** The read gave the same URL again: its host gets some time before the next attempt. */
    private static final Duration SAME_URL_PAUSE = Duration.ofSeconds(10);

    private static final int MOST_OPEN_ANSWERS = 10;
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final TaskLedger ledger;
    private final DeadLetterLedger deadLetters;
    private final Providers providers;
    private final Products products;
    private final TaskEventReader events;
    private final Counters counters;
    private final Clock clock;
    private final Trouble trouble;

    public Reads(
            TaskLedger ledger,
            DeadLetterLedger deadLetters,
            Providers providers,
            Products products,
            TaskEventReader events,
            Counters counters,
            Clock clock) {
        this.ledger = ledger;
        this.deadLetters = deadLetters;
        this.providers = providers;
        this.products = products;
        this.events = events;
        this.counters = counters;
        this.clock = clock;
        this.trouble = new Trouble(LOG, clock);
    }

    /** Reads that are due, claimed for this node. */
    public List<ReadRun> claim(String provider, int limit) {
        if (!providers.get(provider).readable()) {
            return List.of();
        }
        List<ReadRun> runs = new ArrayList<>();
        List<String> known = products.of(provider);
        for (DueRead due : ledger.claimReads(provider, limit)) {
            Set<String> places = new LinkedHashSet<>();
            if (due.product() != null && known.contains(due.product())) {
                places.add(due.product());
            }
            places.addAll(known);
            runs.add(new ReadRun(due, places.isEmpty() ? List.of("") : List.copyOf(places)));
        }
        return runs;
    }

    /** The provider does not know the task where it was asked for. */
    public void notHere(ReadRun run) {
        run.notHere(null);
        if (run.isSearching()) {
            return;
        }
        if (run.trouble() != null) {
            failed(run, run.trouble());
            return;
        }
        DueRead due = run.due();
        ledger.wakeMedia(due.provider(), due.taskId(), SAME_URL_PAUSE);
        if (due.attempts() < GRACE) {
            ledger.endRead(due, Backoff.after(due.attempts(), Duration.ofSeconds(5), LONGEST_PAUSE));
            return;
        }
        dead(due, "task_unknown", "the provider did not know the task in " + due.attempts() + " reads");
        ledger.endRead(due, null);
    }

    /** No usable answer where the provider was asked. Unless it cannot be reached at all, the task may still be elsewhere. */
    public void trouble(ReadRun run, Throwable cause) {
        boolean elsewhere = cause instanceof ProviderException e
                && (e.kind() == ProviderException.Kind.TROUBLE || e.kind() == ProviderException.Kind.REFUSED);
        if (elsewhere) {
            run.notHere(cause);
        } else {
            run.stop();
        }
        if (!run.isSearching()) {
            failed(run, cause);
        }
    }

    /** The provider knows the task; its answer is mapped next. */
    public void answered(ReadRun run) {
        run.answered();
    }

    /** Merges what the provider said of the task, and decides whether it is read again. */
    public MergeResult found(ReadRun run, Object mapped) {
        DueRead due = run.due();
        TaskEvent event = events.read(due.provider(), complete(run, mapped));
        if (!event.taskId().equals(due.taskId())) {
            throw new ProviderException(
                    ProviderException.Kind.TROUBLE, "the provider answered with another task", null);
        }
        run.stop();
        trouble.well(failing(due.provider()));
        MergeResult result = ledger.merge(event, Seen.READ);
        counters.merged(due.provider(), "read", 1);
        if (!event.statusKnown()) {
            counters.unknownStatus(due.provider());
        }
        Duration next = next(due, event);
        boolean unknown = !event.statusKnown() && due.attempts() >= MOST_OPEN_ANSWERS;
        if (unknown && ledger.unknownStatus(due.provider(), due.taskId(), due.attempts())) {
            LOG.warn(
                    "Task {} of {} is a dead letter: status_unknown: the mapping of {} does not know its status",
                    due.taskId(),
                    due.provider(),
                    due.provider());
            counters.dead(due.provider(), "status_unknown");
        }
        if (next == null
                && event.status() == TaskStatus.SUCCEEDED
                && event.media().isEmpty()
                && ledger.noOutput(due.provider(), due.taskId())) {
            counters.dead(due.provider(), "no_output");
        }
        if (next != null && event.statusKnown() && !event.status().isFinal() && watched(due.provider())) {
            ledger.watchOn(due, next);
        } else {
            ledger.endRead(due, next);
        }
        ledger.wakeMedia(due.provider(), due.taskId(), SAME_URL_PAUSE);
        return result;
    }

    /** The read failed: the task is never blamed for the provider's trouble, nor for an error of ours. */
    public void failed(ReadRun run, Throwable cause) {
        DueRead due = run.due();
        if (cause instanceof LedgerUnavailableException) {
            return;
        }
        if (cause instanceof FinalFailure failure) {
            dead(due, failure.reason(), failure.getMessage());
            ledger.endRead(due, null);
            return;
        }
        boolean mapping = run.isAnswered()
                && cause instanceof RuntimeException
                && !(cause instanceof ProviderException)
                && !Causes.isOurs(cause);
        if (mapping && due.attempts() >= GRACE) {
            dead(due, "mapping", "the provider's answer cannot be read: " + Causes.text(cause));
            ledger.endRead(due, null);
            return;
        }
        ProviderSettings provider = providers.get(due.provider());
        if (due.attempts() >= GRACE && age(due).compareTo(provider.retention()) > 0) {
            timeout(due, provider);
            ledger.endRead(due, null);
            return;
        }
        Duration pause = Backoff.after(due.attempts(), Duration.ofSeconds(2), LONGEST_PAUSE);
        if (cause instanceof ProviderException e) {
            pause = switch (e.kind()) {
                case REFUSED -> Duration.ofMinutes(1);
                case THROTTLED -> e.retryAfter().orElse(pause.plusSeconds(10));
                default -> e.retryAfter().orElse(pause);
            };
        }
        String detail = "task " + due.taskId() + " is tried again in " + pause.toSeconds() + " s: "
                + (cause instanceof Failure ? cause.getMessage() : Causes.text(cause));
        if (Causes.isOurs(cause) || !run.isAnswered() && isBroken(cause)) {
            trouble.broken("Reads of " + due.provider() + " fail by an error of ours", detail);
        } else {
            trouble.failed(failing(due.provider()), detail, pause);
        }
        ledger.endRead(due, pause);
    }

    private static String failing(String provider) {
        return "Reads of " + provider + " fail";
    }

    private static boolean isBroken(Throwable cause) {
        return cause instanceof RuntimeException
                && !(cause instanceof ProviderException)
                && !(cause instanceof Failure);
    }

    /** The answer to a read names the product it was found in, and need not repeat the task id. */
    private static Object complete(ReadRun run, Object mapped) {
        if (!(mapped instanceof Map<?, ?> map)) {
            return mapped;
        }
        Map<Object, Object> completed = new LinkedHashMap<>(map);
        if (completed.get("taskId") == null) {
            completed.put("taskId", run.getTaskId());
        }
        if (!run.getProduct().isEmpty()) {
            completed.put("product", run.getProduct());
        }
        return completed;
    }

    private Duration next(DueRead due, TaskEvent event) {
        if (event.status() == TaskStatus.SUCCEEDED && event.media().isEmpty() && due.attempts() < 2) {
            return Duration.ofSeconds(10);
        }
        if (event.status().isFinal()) {
            return null;
        }
        ProviderSettings provider = providers.get(due.provider());
        if (watched(provider.name())) {
            return watch(due, provider);
        }
        return due.attempts() < MOST_OPEN_ANSWERS
                ? Backoff.after(due.attempts(), Duration.ofSeconds(5), LONGEST_PAUSE)
                : null;
    }

    /** Older tasks are read less often; one older than the provider keeps results is given up. */
    private Duration watch(DueRead due, ProviderSettings provider) {
        Duration age = age(due);
        if (age.compareTo(provider.retention()) > 0) {
            timeout(due, provider);
            return null;
        }
        return provider.pollInterval().multipliedBy(Older.slower(age));
    }

    private void timeout(DueRead due, ProviderSettings provider) {
        dead(
                due,
                "watch_timeout",
                "the task did not end within " + provider.retention().toDays() + " days");
    }

    private Duration age(DueRead due) {
        return Duration.ofMillis(clock.millis() - due.since());
    }

    private boolean watched(String provider) {
        return !products.isListed(provider);
    }

    private void dead(DueRead due, String reason, String detail) {
        LOG.warn("Task {} of {} is a dead letter: {}: {}", due.taskId(), due.provider(), reason, detail);
        counters.dead(due.provider(), reason);
        deadLetters.task(due.provider(), due.taskId(), reason, detail);
    }
}
