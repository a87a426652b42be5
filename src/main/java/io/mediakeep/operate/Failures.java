package io.mediakeep.operate;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.failure.Trouble;
import io.mediakeep.metrics.Counters;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of failures that no bean decides about: those of timers and claims, and those that nobody can decide. Thread-safe. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");

    private final Counters counters;
    private final Trouble trouble;

    public Failures(Counters counters, Clock clock) {
        this.counters = counters;
        this.trouble = new Trouble(LOG, clock);
    }

    /** A claim that its timer repeats. A ledger that is away tells so itself, once for all routes. */
    public void repeated(String route, Throwable cause) {
        if (!(cause instanceof LedgerUnavailableException)) {
            trouble.failed("Route " + route + " is tried again", text(cause));
        }
    }

    /** A callback or an API call that was answered 503 although the ledger is there. */
    public void unanswered(String route, Throwable cause) {
        if (!(cause instanceof LedgerUnavailableException)) {
            trouble.broken("Route " + route + " fails by an error of ours", text(cause));
        }
    }

    /** A message from outside that asks for nothing. */
    public void unusable(Throwable cause) {
        trouble.failed("Messages at mediakeep.watch.from name no task", text(cause));
    }

    /**
     * Work came to the Dead Letter Channel and nobody there knows whose it is, so nothing was decided: what it had claimed
     * comes back when its lease ends.
     *
     * @param stage what the route calls itself, null for nothing
     */
    public void stray(String route, String stage, Throwable cause) {
        counters.stray(route);
        trouble.broken(
                "Route " + route + " failed and nobody decides what becomes of its work",
                "its stage is " + (stage == null ? "not named" : "'" + stage + "', which is unknown") + ": "
                        + text(cause));
    }

    private static String text(Throwable cause) {
        return cause == null ? "unknown" : cause.getClass().getSimpleName() + " " + cause.getMessage();
    }
}
