package io.mediakeep.callback;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.CallbackLedger;
import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.CallbackLedger.Told;
import io.mediakeep.ledger.MergeResult;
import io.mediakeep.ledger.Runs;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to callbacks after they were answered: read, merge or confirm, and end. Thread-safe, but for {@link #pause}
 * and {@link #claim}, which one thread calls.
 */
public final class CallbackWork {
    private static final Logger LOG = LoggerFactory.getLogger(CallbackWork.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final CallbackLedger callbacks;
    private final TaskLedger tasks;
    private final Providers providers;
    private final TaskEventReader events;
    private final Counters counters;
    private final Portions portions;
    private boolean suspectsTurn;
    private final StrictJson json = new StrictJson();
    private final Trouble trouble = new Trouble(LOG, Clock.systemUTC());

    public CallbackWork(
            CallbackLedger callbacks,
            TaskLedger tasks,
            Providers providers,
            TaskEventReader events,
            Counters counters) {
        this.callbacks = callbacks;
        this.tasks = tasks;
        this.providers = providers;
        this.events = events;
        this.counters = counters;
        this.portions = new Portions(new ProcessorTime());
    }

    /** How long to wait before the next claim, in milliseconds; 0 unless more callbacks come in than there is time for. */
    public long pause() {
        return portions.pause(callbacks.isBusy()).toMillis();
    }

    /** Received callbacks, claimed for this node, oldest first. Now and then one comes alone that may have ended processes. */
    public List<Received> claim() {
        suspectsTurn = !suspectsTurn;
        Optional<Received> suspect = suspectsTurn ? callbacks.claimSuspect() : Optional.empty();
        if (suspect.isPresent()) {
            return List.of(suspect.get());
        }
        List<Received> claimed = callbacks.claim(portions.begin());
        return claimed.isEmpty() && !suspectsTurn
                ? callbacks.claimSuspect().map(List::of).orElse(List.of())
                : claimed;
    }

    /**
     * The payload as maps and lists.
     *
     * @throws FinalFailure if it cannot be read, or ends processes
     */
    public Map<String, Object> payload(Received callback) {
        if (callback.crashes() >= Runs.POISON) {
            throw new FinalFailure(
                    "poison",
                    "the process ended " + callback.crashes() + " times while this was worked on, the last ones alone");
        }
        if (providers.find(callback.provider()).isEmpty()) {
            throw new FinalFailure("provider_off", callback.provider() + " is switched off");
        }
        return json.readObject(callback.body());
    }

    /**
     * The event that the mapping made of a payload.
     *
     * @throws FinalFailure if it is none
     */
    public Told read(Received callback, Object mapped) {
        TaskEvent event = events.read(callback.provider(), mapped);
        ProviderSettings provider = providers.get(callback.provider());
        Seen seen =
                callback.polled() ? Seen.POLL : provider.mustConfirm(callback.covered()) ? Seen.HINT : Seen.CALLBACK;
        return new Told(callback, event, seen);
    }

    /**
     * Merges events, or takes them for hints to read their tasks; then the callbacks are done. Those that the ledger
     * refuses together are merged one by one, so that one cannot spoil another.
     *
     * @param all what {@link #read} gave; null is passed over
     * @return what changed, by provider
     */
    public Map<String, MergeResult> merge(List<Told> all) {
        Map<Seen, Map<String, List<Told>>> groups = all.stream()
                .filter(Objects::nonNull)
                .collect(Collectors.groupingBy(
                        Told::seen,
                        TreeMap::new,
                        Collectors.groupingBy(told -> told.callback().provider())));
        Map<String, MergeResult> results = new TreeMap<>();
        groups.values()
                .forEach(providers -> providers.forEach(
                        (provider, group) -> results.merge(provider, together(group), MergeResult::plus)));
        return results;
    }

    private MergeResult together(List<Told> group) {
        try {
            MergeResult result = callbacks.merge(tasks, group);
            group.forEach(this::count);
            return result;
        } catch (RuntimeException e) {
            if (group.size() > 1 && !(e instanceof LedgerUnavailableException)) {
                return group.stream().map(told -> together(List.of(told))).reduce(MergeResult.NONE, MergeResult::plus);
            }
            group.forEach(told -> failed(told.callback(), e));
            return MergeResult.NONE;
        }
    }

    private void count(Told told) {
        counters.merged(told.callback().provider(), told.callback().polled() ? "poll" : "callback", 1);
        if (!told.event().statusKnown()) {
            counters.unknownStatus(told.callback().provider());
        }
    }

    /** A method of a bean that stays: Camel looks at the class of an object anew for each one whose own method it calls. */
    public String provider(Received callback) {
        return callback.provider();
    }

    /** Decides what becomes of a callback that failed: our own trouble is tried again, its own is a dead letter. */
    public void failed(Received callback, Throwable cause) {
        if (cause instanceof LedgerUnavailableException || Causes.isOurs(cause)) {
            if (!(cause instanceof LedgerUnavailableException)) {
                trouble.broken(
                        "Callbacks of " + callback.provider() + " wait for an error of ours", Causes.text(cause));
            }
            callbacks.postpone(callback, PAUSE);
            return;
        }
        String reason = cause instanceof Failure failure ? failure.reason() : "mapping";
        String detail = cause instanceof Failure ? cause.getMessage() : Causes.text(cause);
        if (callbacks.dead(callback, reason, detail)) {
            trouble.failed(
                    "Callbacks of " + callback.provider() + " become dead letters, " + reason,
                    "callback " + callback.id() + ": " + detail);
            counters.dead(callback.provider(), reason);
        }
    }
}
