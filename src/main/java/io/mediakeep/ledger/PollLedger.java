package io.mediakeep.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How far each task list was polled, and which node polls it. Thread-safe. */
public final class PollLedger {
    private static final Duration LEASE = Duration.ofMinutes(2);

    private final Ledger ledger;

    public PollLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * What a poll starts from.
     *
     * @param coveredUntil all before is known; null before the first poll that came to its end
     * @param failures     polls that failed in a row
     */
    public record Cursor(Instant coveredUntil, int failures) {}

    /** Takes the list for this node. Empty if it is not due, another node polls it, or the disk is nearly full. */
    public Optional<Cursor> claim(String provider, String list) {
        if (!ledger.hasRoom()) {
            return Optional.empty();
        }
        Row row = list(provider, list)
                .with("now", ledger.now())
                .with("lease_until", ledger.in(LEASE))
                .with("node", ledger.node());
        return ledger.write(h -> {
            ledger.change(h, "poll-open", list(provider, list).values());
            return ledger
                    .query(h, "poll-claim", row.values())
                    .map((rs, context) -> new Cursor(Row.instant(rs, "covered_until"), rs.getInt("failures")))
                    .list()
                    .stream()
                    .findFirst();
        });
    }

    /** Keeps the list for this node between two pages. Returns false if the lease was lost. */
    public boolean renew(String provider, String list) {
        Row row = list(provider, list)
                .with("now", ledger.now())
                .with("lease_until", ledger.in(LEASE))
                .with("node", ledger.node());
        return ledger.write(h -> ledger.change(h, "poll-renew", row.values()) == 1);
    }

    /** The whole window was read: the cursor moves. */
    public void succeeded(String provider, String list, Instant coveredUntil, String problem) {
        end(list(provider, list)
                .number("covered_until", Ledger.millis(coveredUntil))
                .with("failures", 0)
                .with("next_at", ledger.now())
                .number("succeeded_at", ledger.now())
                .text("problem", problem));
    }

    /** The poll broke off: the cursor stays, and nobody polls the list before the pause has ended. */
    public void failed(String provider, String list, int failures, Duration pause, String problem) {
        end(list(provider, list)
                .number("covered_until", null)
                .with("failures", failures)
                .with("next_at", ledger.in(pause))
                .number("succeeded_at", null)
                .text("problem", problem));
    }

    private void end(Row row) {
        ledger.write(h ->
                ledger.change(h, "poll-end", row.with("node", ledger.node()).values()));
    }

    private static Row list(String provider, String list) {
        return Row.of("provider", provider).with("list", list);
    }
}
