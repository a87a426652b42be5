package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.TaskStatus;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * What one write changes of the counts that are too large to be counted anew: tasks by status, ended tasks by stream, and
 * media. Written in the same transaction, so the sums are always true. Not thread-safe.
 */
final class Tally {
    /** Writers side by side, on one node or several, seldom meet in one slot. */
    private static final int SLOTS = 64;

    private final Map<String, Map<String, Long>> changes = new TreeMap<>();

    void task(String provider, TaskStatus status, int change) {
        add(provider, "task." + status.word(), change);
    }

    /** An ended task whose callback was seen, or missed. */
    void ended(String provider, boolean callback, int change) {
        add(provider, "callback." + (callback ? "seen" : "missed"), change);
    }

    void media(String provider, int change) {
        add(provider, "media", change);
    }

    private void add(String provider, String name, int change) {
        changes.computeIfAbsent(provider, p -> new TreeMap<>()).merge(name, (long) change, Long::sum);
    }

    /** Last in its transaction, because it locks rows that others want too. */
    void write(Handle h, Ledger ledger) {
        Rows rows = new Rows();
        changes.forEach((provider, byName) -> byName.forEach((name, total) -> {
            if (total != 0) {
                rows.add().text("provider", provider).text("name", name).number("total", total);
            }
        }));
        if (!rows.isEmpty()) {
            int slot = ledger.isExclusive()
                    ? 0
                    : Math.floorMod(
                            ledger.node().hashCode() * 31
                                    + Thread.currentThread().getName().hashCode(),
                            SLOTS);
            ledger.change(
                    h,
                    "tally-add",
                    Row.of("rows", rows.json()).with("slot", slot).values());
        }
    }
}
