package io.mediakeep.poll;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.failure.Backoff;
import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.MergeResult;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.ledger.TaskLedger.DueRead;
import io.mediakeep.metrics.Counters;
import io.mediakeep.provider.Products;
import io.mediakeep.provider.ProviderException;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of single tasks with our own credentials: to confirm a callback, to watch a task that no list shows, for a fresh
 * URL, or to settle a contradiction. Each provider has a {@link ReadLane} of its own, and no read is claimed that cannot
 * begin at once. Thread-safe.
 */
public final class Reads {
    private static final Logger LOG = LoggerFactory.getLogger(Reads.class);
    /** A fresh id may not be known for some seconds, so "no such task" counts only after so many tries. */
    private static final int GRACE = 6;

    /** The read gave the same URL again: its host gets some time before the next attempt. */
    private static final Duration SAME_URL_PAUSE = Duration.ofSeconds(10);

    private static final Duration SHORTEST_WATCH = Duration.ofDays(1);

    private static final int MOST_OPEN_ANSWERS = 10;
    /** An unknown word may be the name of a moment; one that stays is told. */
    private static final int MOST_UNKNOWN_ANSWERS = 4;

    private static final Duration UNKNOWN_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    /** How long a provider is left alone that says "too many calls" and no more. */
    private static final Duration THROTTLED_PAUSE = Duration.ofSeconds(10);

    private static final int MOST_PUT_OFF = 10_000;

    private final TaskLedger ledger;
    private final DeadLetterLedger deadLetters;
    private final Providers providers;
    private final Products products;
    private final TaskEventReader events;
    private final Counters counters;
    private final Clock clock;
    private final Map<String, ReadLane> lanes = new HashMap<>();
    /** How far searches came that were put off; one that is forgotten begins anew. */
    private final Map<String, ReadRun.Place> putOff = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ReadRun.Place> eldest) {
            return size() > MOST_PUT_OFF;
        }
    });

    private final Trouble trouble;

    public Reads(
            TaskLedger ledger,
            DeadLetterLedger deadLetters,
            Providers providers,
            Settings settings,
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
        providers.all().forEach(provider -> lanes.put(provider.name(), ReadLane.of(settings, provider.name(), clock)));
        this.trouble = new Trouble(LOG, clock);
    }

    /**
     * Reads that are due and can begin now, claimed for this node. Each must be begun, and told to {@link #over} at its end.
     * One thread calls this for a provider.
     */
    public List<ReadWork> claim(String provider) {
        if (!providers.get(provider).readable()) {
            return List.of();
        }
        ReadLane lane = lanes.get(provider);
        List<String> known = products.of(provider);
        int batch = products.batch(provider);
        List<ReadWork> begun = new ArrayList<>();
        // What is found may take fewer calls than it could, so there may be room for more.
        boolean more = true;
        while (more) {
            ReadLane.Room room = lane.room(Math.max(1, known.size()));
            if (room.all() == 0) {
                break;
            }
            ReadLane.Room wanted = room.ofBatches(batch);
            List<DueRead> claimed = ledger.claimReads(provider, wanted.all(), wanted.first(), wanted.watch());
            int watched = (int) claimed.stream().filter(DueRead::isWatch).count();
            lane.claimed(wanted, claimed.size() - watched, watched);
            List<ReadWork> work = batch > 1
                    ? batches(provider, claimed, known, batch)
                    : claimed.stream().map(due -> (ReadWork) run(due, known)).toList();
            List<ReadWork> fits = work.subList(0, Math.min(work.size(), room.all()));
            fits.forEach(lane::begin);
            begun.addAll(fits);
            work.subList(fits.size(), work.size()).forEach(late -> putOff(late, Duration.ZERO));
            more = fits.size() == work.size()
                    && (claimed.size() == wanted.all() || watched > 0 && watched == wanted.watch());
        }
        return begun;
    }

    /** Reads that ask in the product where several can be asked for, by one call each; the others by themselves. */
    private List<ReadWork> batches(String provider, List<DueRead> claimed, List<String> known, int batch) {
        String product = products.batchProduct(provider);
        Map<Boolean, List<ReadRun>> together = new LinkedHashMap<>();
        List<ReadWork> work = new ArrayList<>();
        for (DueRead due : claimed) {
            ReadRun run = run(due, known, product);
            if (product.equals(run.getProduct())) {
                together.computeIfAbsent(due.isWatch(), watch -> new ArrayList<>())
                        .add(run);
            } else {
                work.add(run);
            }
        }
        Instant now = clock.instant();
        Instant from = now.minus(providers.get(provider).reach());
        for (List<ReadRun> runs : together.values()) {
            for (int i = 0; i < runs.size(); i += batch) {
                List<ReadRun> part = runs.subList(i, Math.min(i + batch, runs.size()));
                work.add(part.size() == 1 ? part.get(0) : new ReadBatch(part, from, now));
            }
        }
        return work;
    }

    private ReadRun run(DueRead due, List<String> known) {
        return run(due, known, null);
    }

    /** @param first where to ask first, if the task was seen nowhere yet; null for the first that is known */
    private ReadRun run(DueRead due, List<String> known, String first) {
        Set<String> places = new LinkedHashSet<>();
        boolean seen = due.product() != null && known.contains(due.product());
        if (seen) {
            places.add(due.product());
        } else if (first != null && known.contains(first)) {
            places.add(first);
        }
        places.addAll(known);
        ReadRun.Place place = putOff.remove(key(due));
        return new ReadRun(
                due,
                places.isEmpty() ? List.of("") : List.copyOf(places),
                seen,
                place == null ? ReadRun.Place.FIRST : place);
    }

    /**
     * To be asked before each call to the provider: a read whose lease is over is left to whoever claims it next, and one that
     * may not call now is put off and goes on where it stopped.
     */
    public void begin(ReadWork work) {
        ReadLane lane = lanes.get(work.getProvider());
        boolean late =
                work.runs().stream().anyMatch(run -> clock.millis() >= run.due().leaseUntil());
        if (!late && lane.mayCall(work)) {
            return;
        }
        putOff(work, late ? Duration.ZERO : lane.pause());
    }

    private void putOff(ReadWork work, Duration pause) {
        for (ReadRun run : work.runs()) {
            putOff.put(key(run.due()), run.place());
            run.stop();
            ledger.putOff(run.due(), pause);
        }
        if (work instanceof ReadBatch batch) {
            batch.stop();
        }
    }

    private static String key(DueRead due) {
        return due.provider() + " " + due.taskId();
    }

    /** The read has ended, whatever came of it. Returns whether more wait for its place. */
    public boolean over(ReadWork work) {
        return lanes.get(work.getProvider()).end(work);
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
        String asked = run.asked().isEmpty()
                ? ""
                : "; asked for in " + String.join(", ", run.asked()) + ": where it is of another product, add that to "
                        + products.setting(due.provider()) + ", then replay";
        dead(due, "task_unknown", "the provider did not know the task in " + due.attempts() + " reads" + asked);
        ledger.endRead(due, null);
    }

    /** No usable answer where the provider was asked. Unless it cannot be reached at all, the task may still be elsewhere. */
    public void trouble(ReadWork work, Throwable cause) {
        if (cause instanceof ProviderException e && e.kind() == ProviderException.Kind.THROTTLED) {
            lanes.get(work.getProvider()).rest(e.retryAfter().orElse(THROTTLED_PAUSE));
        }
        boolean elsewhere = cause instanceof ProviderException e
                && (e.kind() == ProviderException.Kind.TROUBLE || e.kind() == ProviderException.Kind.REFUSED);
        for (ReadRun run : work.runs()) {
            if (elsewhere) {
                run.notHere(cause);
            } else {
                run.stop();
            }
            if (!run.isSearching()) {
                failed(run, cause);
            }
        }
    }

    /**
     * Merges one task of the answer to a batch.
     *
     * @param item what the provider said of it
     * @return nothing new, where it was not asked for
     */
    public MergeResult found(ReadBatch batch, Object mapped, Object item) {
        Object id = mapped instanceof Map<?, ?> map && map.get("taskId") != null ? map.get("taskId") : null;
        Optional<ReadRun> run = batch.of(String.valueOf(id));
        // Where a list tells less than a read, the task stays open and is read by itself.
        boolean less = mapped instanceof Map<?, ?> told && Boolean.TRUE.equals(told.get("readAgain"));
        if (run.isEmpty() || less) {
            run.ifPresent(ReadRun::toldLess);
            return MergeResult.NONE;
        }
        run.get().answered();
        return found(run.get(), mapped);
    }

    /** An item of the answer to a batch cannot be read: that is a matter of its task alone. An error of ours is told as such. */
    public void unreadable(ReadBatch batch, Object item, Throwable cause) {
        if (cause instanceof LedgerUnavailableException e) {
            throw e;
        }
        ItemKey.id(item).flatMap(id -> batch.of(id.replaceFirst("^id:", ""))).ifPresent(run -> {
            run.answered();
            run.stop();
            failed(run, cause);
        });
    }

    /** The reads of a batch that are still to be answered. */
    public List<ReadRun> open(ReadBatch batch) {
        return batch.runs();
    }

    /**
     * What the answer to a batch leaves open: each is asked for by itself, in another product where there are some, because a
     * list may not show what a read of the task would.
     */
    public List<ReadRun> rest(ReadBatch batch) {
        if (!batch.getProduct().isEmpty()) {
            batch.runs().stream().filter(run -> !run.isToldLess()).forEach(this::notHere);
        }
        return batch.runs();
    }

    /** The provider knows the task; its answer is mapped next. */
    public void answered(ReadRun run) {
        run.answered();
    }

    /** Merges what the provider said of the task, and decides whether it is read again. */
    public MergeResult found(ReadRun run, Object mapped) {
        DueRead due = run.due();
        TaskEvent event = events.read(due.provider(), complete(run, mapped));
        run.mapped();
        if (!event.taskId().equals(due.taskId())) {
            throw new ProviderException(
                    ProviderException.Kind.TROUBLE, "the provider answered with another task", null);
        }
        run.stop();
        trouble.well(failing(due.provider()));
        MergeResult result = ledger.merge(event, Seen.READ);
        counters.merged(due.provider(), "read", 1);
        if (event.statusKnown()) {
            settle(due, event);
        } else {
            counters.unknownStatus(due.provider());
            unknown(due);
        }
        ledger.wakeMedia(due.provider(), due.taskId(), SAME_URL_PAUSE);
        return result;
    }

    private void settle(DueRead due, TaskEvent event) {
        Duration next = next(due, event);
        if (next == null
                && event.lacksOutput()
                && event.unreadable().isEmpty()
                && ledger.noOutput(due.provider(), due.taskId())) {
            counters.dead(due.provider(), "no_output");
        }
        if (next != null && !event.status().isFinal() && watched(due)) {
            ledger.watchOn(due, next);
        } else {
            ledger.endRead(due, next);
        }
    }

    /** The status word is not in the mapping: a few more answers decide whether it stays. After that the task goes its way. */
    private void unknown(DueRead due) {
        boolean told = ledger.isUnknownStatusTold(due.provider(), due.taskId());
        int answers = due.reason().equals(TaskLedger.STATUS) ? due.attempts() + 1 : 1;
        if (!told && answers < MOST_UNKNOWN_ANSWERS) {
            ledger.lookForStatus(due, answers - 1, UNKNOWN_PAUSE.multipliedBy(1L << (answers - 1)));
            return;
        }
        if (!told && ledger.unknownStatus(due.provider(), due.taskId(), answers)) {
            LOG.warn(
                    "Task {} of {} is a dead letter: status_unknown: the mapping of {} does not know its status",
                    due.taskId(),
                    due.provider(),
                    due.provider());
            counters.dead(due.provider(), "status_unknown");
        }
        Duration next = watched(due) ? watch(due, providers.get(due.provider())) : null;
        if (next == null) {
            ledger.endRead(due, null);
        } else {
            ledger.watchOn(due, next);
        }
    }

    /** The reads failed: no task is ever blamed for trouble of the provider, of the way there or of ours. */
    public void failed(ReadWork work, Throwable cause) {
        for (ReadRun run : work instanceof ReadRun one ? List.of(one) : work.runs()) {
            run.stop();
            failed(run, cause);
        }
    }

    private void failed(ReadRun run, Throwable cause) {
        DueRead due = run.due();
        if (cause instanceof LedgerUnavailableException) {
            return;
        }
        if (cause instanceof FinalFailure failure) {
            dead(due, failure.reason(), failure.getMessage());
            ledger.endRead(due, null);
            return;
        }
        boolean mapping = run.isBeingMapped() && !(cause instanceof ProviderException) && !Causes.isOurs(cause);
        if (mapping && due.attempts() >= GRACE) {
            dead(due, "mapping", "the provider's answer cannot be read: " + Causes.text(cause));
            ledger.endRead(due, null);
            return;
        }
        ProviderSettings provider = providers.get(due.provider());
        if (due.attempts() >= GRACE && age(due).compareTo(longest(provider)) > 0) {
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
        if (Causes.isOurs(cause) || !run.isBeingMapped() && isBroken(cause)) {
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
        if (event.lacksOutput() && due.attempts() < 2) {
            return Duration.ofSeconds(10);
        }
        if (event.status().isFinal()) {
            return null;
        }
        ProviderSettings provider = providers.get(due.provider());
        if (watched(due)) {
            return watch(due, provider);
        }
        return due.attempts() < MOST_OPEN_ANSWERS
                ? Backoff.after(due.attempts(), Duration.ofSeconds(5), LONGEST_PAUSE)
                : null;
    }

    /** Older tasks are read less often; one older than the provider keeps results is given up. */
    private Duration watch(DueRead due, ProviderSettings provider) {
        Duration age = age(due);
        if (age.compareTo(longest(provider)) > 0) {
            timeout(due, provider);
            return null;
        }
        return provider.pollInterval().multipliedBy(Older.slower(age));
    }

    /** A task may take longer than its result lives. */
    private static Duration longest(ProviderSettings provider) {
        return provider.retention().compareTo(SHORTEST_WATCH) < 0 ? SHORTEST_WATCH : provider.retention();
    }

    private void timeout(DueRead due, ProviderSettings provider) {
        dead(
                due,
                "watch_timeout",
                "the task did not end within " + longest(provider).toHours() + " hours");
    }

    private Duration age(DueRead due) {
        return Duration.ofMillis(clock.millis() - due.since());
    }

    /** Whether the task is read until it ends, because no list of its provider shows it. */
    private boolean watched(DueRead due) {
        return due.reason().equals("watch") || !products.isListed(due.provider());
    }

    private void dead(DueRead due, String reason, String detail) {
        LOG.warn("Task {} of {} is a dead letter: {}: {}", due.taskId(), due.provider(), reason, detail);
        counters.dead(due.provider(), reason);
        deadLetters.task(due.provider(), due.taskId(), reason, detail);
    }
}
