package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

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
     * @param walks        how often the list was taken, this time included: the fence of this poll
     * @param wholeAt      when the last walk through the whole window began, null for none
     * @param sorted       which of its times that walk saw the list sorted by, newest first: {@code created},
     *                     {@code updated}, or null for neither
     */
    public record Cursor(Instant coveredUntil, int failures, long walks, Instant wholeAt, String sorted) {}

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
                    .map((rs, context) -> new Cursor(
                            Row.instant(rs, "covered_until"),
                            rs.getInt("failures"),
                            rs.getLong("walks"),
                            Row.instant(rs, "whole_at"),
                            rs.getString("sorted")))
                    .list()
                    .stream()
                    .findFirst();
        });
    }

    /** Keeps the list for this node between two pages. Returns false if the lease was lost. */
    public boolean renew(String provider, String list, Cursor cursor) {
        Row row = list(provider, list)
                .with("now", ledger.now())
                .with("lease_until", ledger.in(LEASE))
                .with("node", ledger.node())
                .with("walks", cursor.walks());
        return ledger.write(h -> ledger.change(h, "poll-renew", row.values()) == 1);
    }

    /**
     * When the oldest open task that the list showed was made.
     *
     * @param since older ones are left out
     */
    public Optional<Instant> oldestOpen(String provider, String list, Instant since) {
        Row row = list(provider, list).with("since", since.toEpochMilli());
        return ledger.read(h -> ledger.query(h, "task-oldest-open", row.values())
                .map((rs, context) -> Optional.ofNullable(Row.instant(rs, "oldest")))
                .one());
    }

    /**
     * The list was walked as far as was needed.
     *
     * @param cursor       what {@link #claim} gave
     * @param coveredUntil the cursor moves there, null if it stays
     * @param wholeAt      when the walk began, if it went through the whole window, else null
     * @param sorted       as in {@link Cursor}
     */
    public void succeeded(
            String provider,
            String list,
            Cursor cursor,
            Instant coveredUntil,
            String problem,
            Instant wholeAt,
            String sorted) {
        end(list(provider, list)
                .with("walks", cursor.walks())
                .number("covered_until", Ledger.millis(coveredUntil))
                .with("failures", 0)
                .with("next_at", ledger.now())
                .number("succeeded_at", ledger.now())
                .number("whole_at", Ledger.millis(wholeAt))
                .text("sorted", sorted)
                .text("problem", problem));
    }

    /** The poll broke off: the cursor stays, and nobody polls the list before the pause has ended. */
    public void failed(String provider, String list, Cursor cursor, Duration pause, String problem) {
        end(list(provider, list)
                .with("walks", cursor.walks())
                .number("covered_until", null)
                .with("failures", cursor.failures() + 1)
                .with("next_at", ledger.in(pause))
                .number("succeeded_at", null)
                .number("whole_at", null)
                .text("sorted", cursor.sorted())
                .text("problem", problem));
    }

    /**
     * How a list stands.
     *
     * @param wholeAt when the last walk through the whole window began; null for none, or since {@link #afresh}
     * @param problem why polls of it fail; null where the last one did not
     */
    public record Walked(Instant wholeAt, String problem) {}

    /** The next poll of the list looks back as far as the first one. */
    public void afresh(String provider, String list) {
        Row row = list(provider, list);
        ledger.write(h -> {
            ledger.change(h, "poll-open", row.values());
            return ledger.change(h, "poll-afresh", row.with("now", ledger.now()).values());
        });
    }

    /** Those lists of a provider that were polled or asked for, by name. */
    public Map<String, Walked> walked(String provider) {
        Map<String, Walked> lists = new TreeMap<>();
        ledger.read(h -> ledger.query(
                        h, "poll-walked", Row.of("provider", provider).values())
                .map((rs, context) -> lists.put(
                        rs.getString("list"),
                        new Walked(
                                Row.instant(rs, "whole_at"),
                                rs.getInt("failures") > 0 ? rs.getString("problem") : null)))
                .list());
        return lists;
    }

    /** Since when every list that can be polled at all was walked as a whole; empty if one was not yet, or none can be. */
    public Optional<Instant> allWalkedAt(String provider, List<String> lists) {
        Map<String, Instant> walked = new HashMap<>();
        Set<String> failing = new HashSet<>();
        ledger.read(h -> ledger.query(
                        h, "poll-walked", Row.of("provider", provider).values())
                .map((rs, context) -> rs.getLong("failures") > 0
                        ? failing.add(rs.getString("list"))
                        : walked.put(rs.getString("list"), Row.instant(rs, "whole_at")))
                .list());
        Set<String> counted = new HashSet<>(lists);
        counted.removeAll(failing);
        List<Instant> known =
                counted.stream().map(walked::get).filter(Objects::nonNull).toList();
        return known.size() < counted.size() ? Optional.empty() : known.stream().min(Instant::compareTo);
    }

    private void end(Row row) {
        ledger.write(h ->
                ledger.change(h, "poll-end", row.with("node", ledger.node()).values()));
    }

    private static Row list(String provider, String list) {
        return Row.of("provider", provider).with("list", list);
    }
}
