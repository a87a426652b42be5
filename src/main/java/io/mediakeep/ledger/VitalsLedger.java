package io.mediakeep.ledger;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.Row;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The few numbers that tell whether all is well; each costs no more than the work that waits. Thread-safe. */
public final class VitalsLedger {
    private static final Duration GRACE = Duration.ofMinutes(10);
    private static final Duration SPAN = Duration.ofHours(1);

    private final Ledger ledger;
    private final Collection<String> providers;

    /** @param providers those whose reads and open tasks are looked at */
    public VitalsLedger(Ledger ledger, Collection<String> providers) {
        this.ledger = ledger;
        this.providers = List.copyOf(providers);
    }

    /**
     * Reads that are due.
     *
     * @param oldest since when the first of them is; null for none
     */
    public record Reads(long due, Long oldest) {}

    /**
     * Numbers per provider; one that has none is left out. Times are milliseconds since the epoch.
     *
     * @param hosts         media that wait for a host to be accepted
     * @param missed        tasks that ended in the hour before the last ten minutes, without any callback
     * @param nearestExpiry when the first source URL of unstored media dies; null for none, like the next
     * @param oldestUnsent  when the oldest announcement in the outbox was written
     * @param oldestOpen    when the oldest open task was first seen
     * @param covered       by provider and list joined with a space, until when all is known; no entry before the first poll
     */
    public record Snapshot(
            Map<String, Long> due,
            Map<String, Long> copying,
            Map<String, Long> deadLetters,
            Map<String, Long> hosts,
            Map<String, Long> missed,
            long callbacksWaiting,
            Long nearestExpiry,
            Long oldestUnsent,
            Map<String, Long> covered,
            Map<String, Reads> reads,
            Map<String, Long> oldestOpen) {}

    /** @throws LedgerUnavailableException if the database does not answer */
    public Snapshot look() {
        long until = ledger.in(GRACE.negated());
        Map<String, Object> span =
                Row.of("from", until - SPAN.toMillis()).with("to", until).values();
        return ledger.read(h -> new Snapshot(
                counts(h, "vitals-due", Map.of()),
                counts(h, "vitals-copying", Map.of()),
                counts(h, "vitals-letters", Map.of()),
                counts(h, "vitals-hosts", Map.of()),
                counts(h, "vitals-missed", span),
                number(h, "vitals-callbacks"),
                number(h, "vitals-expiry"),
                number(h, "vitals-outbox"),
                covered(h),
                reads(h),
                oldestOpen(h)));
    }

    private Map<String, Reads> reads(Handle h) {
        Map<String, Reads> reads = new HashMap<>();
        for (String provider : providers) {
            Row row = Row.of("provider", provider).with("now", ledger.now());
            ledger.query(h, "vitals-reads", row.values())
                    .map((rs, context) ->
                            reads.put(provider, new Reads(rs.getLong("number"), Row.number(rs, "oldest"))))
                    .list();
        }
        return reads;
    }

    private Map<String, Long> oldestOpen(Handle h) {
        Map<String, Long> oldest = new HashMap<>();
        for (String provider : providers) {
            Long seen = number(h, "vitals-open", Row.of("provider", provider).values());
            if (seen != null) {
                oldest.put(provider, seen);
            }
        }
        return oldest;
    }

    /** How many writes wait for the database on this node. */
    public int writesWaiting() {
        return ledger.writesWaiting();
    }

    private Map<String, Long> counts(Handle h, String statement, Map<String, Object> values) {
        Map<String, Long> counts = new HashMap<>();
        ledger.query(h, statement, values)
                .map((rs, context) -> counts.put(rs.getString("provider"), rs.getLong("number")))
                .list();
        return counts;
    }

    private Long number(Handle h, String statement) {
        return number(h, statement, Map.of());
    }

    private Long number(Handle h, String statement, Map<String, Object> values) {
        return ledger.query(h, statement, values)
                .map((rs, context) -> Optional.ofNullable(Row.number(rs, "number")))
                .findOne()
                .flatMap(found -> found)
                .orElse(null);
    }

    private Map<String, Long> covered(Handle h) {
        Map<String, Long> covered = new HashMap<>();
        ledger.query(h, "vitals-polls", Map.of())
                .map((rs, context) -> covered.put(
                        rs.getString("provider") + " " + rs.getString("list"), Row.number(rs, "covered_until")))
                .list();
        covered.values().removeIf(java.util.Objects::isNull);
        return covered;
    }
}
