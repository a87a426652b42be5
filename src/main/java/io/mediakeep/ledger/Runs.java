package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes that have this ledger open, and what is made of it when one of them ends without a word: its work is taken
 * back, and a suspect is blamed if it alone was in work. Thread-safe.
 */
public final class Runs {
    /** A media or a callback with so many ends is given up. */
    public static final int POISON = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);
    /** With so many ends it is a suspect. */
    private static final int SUSPECT = 2;

    private static final int FACTOR = 6;
    private static final int FACTOR_LATER = 30;
    /** A process has to live so much longer without a suspect than it did with it. */
    private static final int WITHOUT = 3;

    private static final Duration LONGEST_PAUSE = Duration.ofHours(6);

    private final Ledger ledger;
    private final Duration lease;
    private final Duration pause;

    /**
     * @param lease how long a process may be silent
     * @param pause before a suspect is worked on; later ones are 6 and 30 times as long
     */
    public Runs(Ledger ledger, Duration lease, Duration pause) {
        this.ledger = ledger;
        this.lease = lease;
        this.pause = pause;
    }

    private record Run(String node, long seenAt) {
        static Run read(ResultSet rs, int index) throws SQLException {
            return new Run(rs.getString("node"), rs.getLong("seen_at"));
        }
    }

    private record Suspect(String kind, MediaId media, long id, int crashes, long beganAt) {
        static Suspect read(ResultSet rs, int index) throws SQLException {
            return new Suspect(
                    rs.getString("kind"),
                    MediaId.of(rs),
                    rs.getLong("id"),
                    rs.getInt("crashes"),
                    rs.getLong("began_at"));
        }

        boolean isMedia() {
            return kind.equals("media");
        }

        @Override
        public String toString() {
            return isMedia() ? "media " + media : "callback " + id + " of " + media.provider();
        }
    }

    /** This process begins. What one of its name left behind is taken back, and everything where nobody else can be at work. */
    public int begin() {
        return ledger.write(h -> {
            List<Run> left = ledger.isExclusive() ? silent(h, Long.MAX_VALUE) : own(h);
            int media = left.stream().mapToInt(run -> died(h, run)).sum();
            ledger.change(h, "run-begin", now().values());
            return media;
        });
    }

    /** Every few seconds: this process lives. Takes back what silent ones left behind; returns how many media. */
    public int beat() {
        return ledger.write(h -> {
            if (ledger.change(h, "run-beat", now().values()) == 0) {
                ledger.change(h, "run-begin", now().values());
            }
            return silent(h, ledger.in(lease.negated())).stream()
                    .mapToInt(run -> died(h, run))
                    .sum();
        });
    }

    /** This process ends with a word. A callback that it could not end by now has stopped it, as if it had died of that. */
    public void end() {
        ledger.write(h -> {
            for (Run run : own(h)) {
                Suspect stuck = atWork(h, run)
                        .filter(suspect -> !suspect.isMedia())
                        .findFirst()
                        .orElse(null);
                if (stuck != null) {
                    blame(h, run, stuck);
                }
                ledger.change(h, "callback-take-up", after(run).values());
                ledger.change(h, "run-end", row(run).values());
            }
            return null;
        });
    }

    /**
     * An end of a process speaks against the one suspect that was in work. An end without any clears them all, and so does,
     * among media, one with another media: their copies take long, so that an end from outside meets one easily. A callback
     * is worked on for a moment only: an end with it is explained.
     */
    private int died(Handle h, Run run) {
        if (ledger.change(h, "run-end", row(run).values()) == 0) {
            return 0;
        }
        List<Suspect> suspects = atWork(h, run).toList();
        int media = 0;
        if (suspects.isEmpty()) {
            ledger.change(h, "callback-absolve", now().values());
        }
        if (suspects.stream().allMatch(Suspect::isMedia)) {
            ledger.change(h, "media-absolve", now().values());
        }
        for (Suspect suspect : suspects) {
            media += suspect.isMedia() ? 1 : 0;
            if (suspects.size() == 1) {
                blame(h, run, suspect);
            } else {
                // One of them, perhaps. The next time they are not in work together.
                Duration wait = suspect.isMedia() ? pause.multipliedBy(FACTOR) : pause;
                takeBack(h, run, suspect, suspect.crashes(), wait);
            }
        }
        ledger.change(h, "callback-take-up", after(run).values());
        return media + ledger.change(h, "media-take-back", after(run).values());
    }

    private void blame(Handle h, Run run, Suspect suspect) {
        int crashes = suspect.crashes() + 1;
        Duration worked = Duration.ofMillis(Math.max(0, run.seenAt() - suspect.beganAt()));
        Duration wait = crashes >= POISON ? Duration.ZERO : longer(pause(crashes), worked.multipliedBy(WITHOUT));
        takeBack(h, run, suspect, crashes, wait);
        LOG.warn(
                "A process ended {} s after it had begun to work on {}, the only suspect: that was end {} of {}; it waits"
                        + " {} s",
                worked.toSeconds(),
                suspect,
                crashes,
                POISON,
                wait.toSeconds());
    }

    private void takeBack(Handle h, Run run, Suspect suspect, int crashes, Duration wait) {
        Row row = suspect.isMedia() ? LedgerRows.media(suspect.media()) : Row.of("id", suspect.id());
        row.with("node", run.node()).with("crashes", crashes).with("due_at", ledger.in(wait));
        ledger.change(h, suspect.kind() + "-blame", row.values());
    }

    private Duration pause(int crashes) {
        return crashes <= SUSPECT ? pause : pause.multipliedBy(crashes == SUSPECT + 1 ? FACTOR : FACTOR_LATER);
    }

    private static Duration longer(Duration one, Duration other) {
        Duration longer = one.compareTo(other) < 0 ? other : one;
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    private Stream<Suspect> atWork(Handle h, Run run) {
        return ledger
                .query(h, "suspects-at-work", Row.of("node", run.node()).values())
                .map(Suspect::read)
                .list()
                .stream();
    }

    private List<Run> silent(Handle h, long before) {
        return ledger.query(h, "run-silent", Row.of("before", before).values())
                .map(Run::read)
                .list();
    }

    private List<Run> own(Handle h) {
        return ledger.query(h, "run-find", Row.of("node", ledger.node()).values())
                .map(Run::read)
                .list();
    }

    private Row now() {
        return Row.of("node", ledger.node()).with("now", ledger.now());
    }

    private Row after(Run run) {
        return Row.of("node", run.node()).with("now", ledger.now()).with("later", ledger.in(pause));
    }

    private static Row row(Run run) {
        return Row.of("node", run.node()).with("seen_at", run.seenAt());
    }
}
