package io.mediakeep.operate;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.LedgerQueries.Summary;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line that says how things stand, when that has changed. Thread-safe. */
public final class Progress {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");

    private final LedgerQueries queries;
    private final Clock clock;
    private String last = "";

    public Progress(LedgerQueries queries, Clock clock) {
        this.queries = queries;
        this.clock = clock;
    }

    /** Logs the line if its counts are not those of the last one. */
    public synchronized void tell() {
        Summary now;
        try {
            now = queries.summary();
        } catch (LedgerUnavailableException e) {
            return;
        }
        long tasks = sum(now.tasks(), null);
        String counts = "tasks " + tasks
                + " (" + (sum(now.tasks(), "submitted") + sum(now.tasks(), "processing")) + " open, "
                + sum(now.streams(), "missed") + " found by poll alone) | stored "
                + sum(now.media(), "stored") + " | waiting "
                + (sum(now.media(), "due") + sum(now.media(), "copying")) + " | dead letters "
                + sum(now.deadLetters(), null);
        if (counts.equals(last)) {
            return;
        }
        last = counts;
        LOG.info("{} | nearest expiry {}", counts, expiry(now.nearestExpiry()));
    }

    private String expiry(Long millis) {
        if (millis == null) {
            return "-";
        }
        Duration left = Duration.between(clock.instant(), Instant.ofEpochMilli(millis));
        if (left.isNegative()) {
            return "passed";
        }
        return left.toDays() > 1
                ? left.toDays() + " d " + left.toHoursPart() + " h"
                : left.toHours() + " h " + left.toMinutesPart() + " min";
    }

    private static long sum(Map<String, Map<String, Long>> counts, String name) {
        return counts.values().stream()
                .flatMap(byName -> byName.entrySet().stream())
                .filter(entry -> name == null || entry.getKey().equals(name))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
