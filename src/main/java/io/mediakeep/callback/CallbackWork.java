package io.mediakeep.callback;

import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.ledger.CallbackLedger;
import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.LedgerUnavailableException;
import io.mediakeep.ledger.MergeResult;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.operate.Counters;
import io.mediakeep.poll.Causes;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a callback after it was answered: read, merge or confirm, and end. Thread-safe. */
public final class CallbackWork {
    private static final Logger LOG = LoggerFactory.getLogger(CallbackWork.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    /** A callback that was claimed this often without an end has killed the process each time. */
    private static final int MOST_ATTEMPTS = 3;

    private final CallbackLedger callbacks;
    private final TaskLedger tasks;
    private final Providers providers;
    private final TaskEventReader events;
    private final Counters counters;
    private final StrictJson json = new StrictJson();

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
    }

    /** Received callbacks, claimed for this node, oldest first; one that may have killed a process comes alone. */
    public List<Received> claim() {
        return callbacks.claim(25);
    }

    /**
     * The payload as maps and lists.
     *
     * @throws FinalFailure if it cannot be read, or has ended three processes
     */
    public Map<String, Object> payload(Received callback) {
        if (callback.attempts() > MOST_ATTEMPTS) {
            throw new FinalFailure("poison", "claimed " + MOST_ATTEMPTS + " times without coming to an end");
        }
        if (providers.find(callback.provider()).isEmpty()) {
            throw new FinalFailure("provider_off", callback.provider() + " is switched off");
        }
        return json.readObject(callback.body());
    }

    /** Merges what the mapping made of the payload, or takes it for a hint to read the task; then the callback is done. */
    public MergeResult merge(Received callback, Object mapped) {
        TaskEvent event = events.read(callback.provider(), mapped);
        ProviderSettings provider = providers.get(callback.provider());
        Seen seen = provider.mustConfirm(callback.covered()) ? Seen.HINT : Seen.CALLBACK;
        MergeResult result = tasks.merge(event, seen);
        callbacks.done(callback);
        counters.merged(callback.provider(), "callback", 1);
        if (!event.statusKnown()) {
            counters.unknownStatus(callback.provider());
        }
        return result;
    }

    /** Decides what becomes of a callback that failed: our own trouble is tried again, its own is a dead letter. */
    public void failed(Received callback, Throwable cause) {
        if (cause instanceof LedgerUnavailableException) {
            LOG.warn("Callback {} of {} waits: {}", callback.id(), callback.provider(), cause.getMessage());
            callbacks.postpone(callback, PAUSE);
            return;
        }
        String reason = cause instanceof Failure failure ? failure.reason() : "mapping";
        String detail = cause instanceof Failure ? cause.getMessage() : Causes.text(cause);
        if (callbacks.dead(callback, reason, detail)) {
            LOG.warn("Callback {} of {} is a dead letter: {}: {}", callback.id(), callback.provider(), reason, detail);
            counters.dead(callback.provider(), reason);
        }
    }
}
