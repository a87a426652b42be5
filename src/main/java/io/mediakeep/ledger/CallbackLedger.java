package io.mediakeep.ledger;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.Row;
import io.mediakeep.event.TaskEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The raw callbacks: recorded before they are answered, worked on afterwards. Thread-safe. */
public final class CallbackLedger {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int BUSY = 8;
    private static final Duration LEASE = Duration.ofSeconds(30);
    /** Long enough for others to see before that the process has ended. */
    private static final Duration SUSPECT_LEASE = Duration.ofHours(1);

    private final Ledger ledger;
    private final DeadLetterLedger deadLetters;

    public CallbackLedger(Ledger ledger, DeadLetterLedger deadLetters) {
        this.ledger = ledger;
        this.deadLetters = deadLetters;
    }

    /**
     * A recorded callback that this node has claimed.
     *
     * @param polled   it is no callback but an item of a list that could not be read, and is replayed
     * @param attempts claims in a row that came to no end, with this one
     * @param crashes  ends of a process without a word that had this one in work
     * @param fence    tells this claim from every other; a later step that names an old one changes nothing
     */
    public record Received(
            long id,
            String provider,
            boolean polled,
            boolean covered,
            byte[] body,
            Instant receivedAt,
            int attempts,
            int crashes,
            long fence) {}

    /**
     * Returns after the commit.
     *
     * @param key     the provider's id of the callback, else the sha256 of the body
     * @param covered whether a signature covers the body
     * @return false if the callback was recorded before
     * @throws LedgerUnavailableException if the commit did not come within 3 s, its outcome is unknown, or the disk is nearly
     *     full
     */
    public boolean record(String provider, String key, boolean covered, byte[] body) {
        ledger.requireRoom();
        Row row = Row.of("provider", provider)
                .with("callback_key", key)
                .with("covered", covered ? 1 : 0)
                .with("body", body)
                .with("now", ledger.now());
        return ledger.record(PATIENCE, "callback-record", row.values(), provider + "/" + key) == 1;
    }

    /**
     * Whether a callback is recorded under this key with another body.
     *
     * @throws LedgerUnavailableException if the database does not answer
     */
    public boolean isAnother(String provider, String key, byte[] body) {
        Row row = Row.of("provider", provider).with("callback_key", key).with("body", body);
        return ledger.read(h -> ledger.query(h, "callback-same", row.values())
                .map((rs, context) -> rs.getInt("same") == 0)
                .findFirst()
                .orElse(false));
    }

    /** Whether callbacks come in so fast that many share a commit: then other work had better give way. */
    public boolean isBusy() {
        return ledger.recordsTogether() >= BUSY;
    }

    /** Claims received callbacks, oldest first, but no suspects. */
    public List<Received> claim(int limit) {
        Row row = claim(LEASE).with("limit", limit);
        List<Received> claimed = ledger.write(h -> ledger.query(h, "callback-claim", row.values())
                .map(CallbackLedger::read)
                .list());
        claimed.sort(Comparator.comparing(Received::id));
        return claimed;
    }

    /** Claims one that may have ended processes, if one is due; work on it begins with that. */
    public Optional<Received> claimSuspect() {
        Row row = claim(SUSPECT_LEASE);
        boolean due = ledger.read(h -> ledger.query(h, "callback-suspects-due", row.values())
                .map((rs, context) -> 1)
                .findFirst()
                .isPresent());
        if (!due) {
            return Optional.empty();
        }
        return ledger.write(h -> ledger.query(h, "callback-claim-suspect", row.values())
                .map(CallbackLedger::read)
                .findFirst());
    }

    private Row claim(Duration lease) {
        return Row.of("now", ledger.now()).with("lease_until", ledger.in(lease)).with("node", ledger.node());
    }

    private static Received read(ResultSet rs, int index) throws SQLException {
        return new Received(
                rs.getLong("id"),
                rs.getString("provider"),
                rs.getString("callback_key").startsWith(DeadLetterLedger.PAYLOAD),
                rs.getInt("covered") == 1,
                rs.getBytes("body"),
                Row.instant(rs, "received_at"),
                rs.getInt("attempts"),
                rs.getInt("crashes"),
                rs.getLong("fence"));
    }

    /** A claimed callback, the event it tells of, and how far that is believed. */
    public record Told(Received callback, TaskEvent event, Seen seen) {}

    /**
     * Merges what callbacks tell and ends them, in one transaction. A callback that another claim has taken over is left to
     * that.
     *
     * @param all not empty, all of them seen alike
     */
    public MergeResult merge(TaskLedger tasks, List<Told> all) {
        List<TaskEvent> events = all.stream().map(Told::event).toList();
        List<Map<String, Object>> ended = all.stream()
                .map(told -> claimed(told.callback()).with("state", "done").values())
                .toList();
        return ledger.write(h -> {
            MergeResult result = tasks.merge(h, events, all.get(0).seen());
            ledger.changeEach(h, "callback-end", ended);
            return result;
        });
    }

    /**
     * Ends a callback as a dead letter; its raw bytes stay for a replay. Returns false if another claim has begun, or ended
     * it: then nothing was changed.
     */
    public boolean dead(Received callback, String reason, String detail) {
        Row row = claimed(callback).with("state", "dead");
        return ledger.write(h -> {
            if (ledger.change(h, "callback-end", row.values()) == 0) {
                return false;
            }
            deadLetters.add(
                    h,
                    DeadLetter.of("callback", callback.provider(), "callback-" + callback.id())
                            .callback(callback.id())
                            .because(reason, detail));
            return true;
        });
    }

    /** Gives a claimed callback back, to be due again after the pause; the claim does not count as an attempt. */
    public void postpone(Received callback, Duration pause) {
        Row row = claimed(callback).with("due_at", ledger.in(pause));
        ledger.write(h -> ledger.change(h, "callback-postpone", row.values()));
    }

    private static Row claimed(Received callback) {
        return Row.of("id", callback.id()).with("fence", callback.fence());
    }
}
