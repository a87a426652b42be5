package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes up what a process left behind that had this ledger for itself: its leases need not run out first. */
public final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final List<String> STATEMENTS = List.of(
            "UPDATE callback SET due_at = :now WHERE state = 'received' AND crashes < 2 AND due_at > :now",
            "UPDATE task SET read_at = :now WHERE read_at > :now AND read_at <= :now + 60000 AND read_attempts > 0",
            "UPDATE task SET manifest_at = 0 WHERE manifest < revision AND manifest_at > :now",
            "UPDATE outbox SET due_at = :now WHERE due_at > :now",
            "UPDATE poll SET lease_until = 0 WHERE lease_until > :now");

    private Recovery() {}

    /** To be called before any work begins. A ledger that other nodes may share keeps the leases of theirs. */
    public static void run(Ledger ledger, Runs runs) {
        int left = runs.begin();
        if (!ledger.isExclusive()) {
            return;
        }
        int media = left
                + ledger.write(h -> {
                    for (String statement : STATEMENTS) {
                        h.createUpdate(statement).bind("now", ledger.now()).execute();
                    }
                    return ledger.change(
                            h, "media-take-up", Row.of("now", ledger.now()).values());
                });
        if (media > 0) {
            LOG.info("Takes up {} copies that the last run left unfinished", media);
        }
    }
}
