package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jdbi.v3.core.Handle;

/** The Dead Letter Channel's store, and replay out of it. Thread-safe. */
public final class DeadLetterLedger {
    /** Begins the callback key of a payload that is replayed; no id of a callback and no hash has a colon. */
    static final String PAYLOAD = "payload:";

    private final Ledger ledger;
    private final OutboxLedger outbox;

    public DeadLetterLedger(Ledger ledger, OutboxLedger outbox) {
        this.ledger = ledger;
        this.outbox = outbox;
    }

    /** What a replay put back in line. */
    public record Replayed(long id, String kind, String provider) {}

    /**
     * Writes the letter and its announcements inside the caller's transaction. Returns false if it is open already: then that
     * one is kept.
     */
    boolean add(Handle handle, DeadLetter letter) {
        Row row = Row.of("kind", letter.kind())
                .with("provider", letter.provider())
                .with("letter_key", letter.key())
                .text("task_id", letter.taskId())
                .text("media_key", letter.mediaKey())
                .number("callback_id", letter.callbackId())
                .with("reason", letter.reason())
                .text("detail", letter.detail())
                .bytes("raw", letter.raw())
                .with("now", ledger.now());
        if (ledger.change(handle, "dead-letter-add", row.values()) == 0) {
            return false;
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("kind", letter.kind());
        data.put("provider", letter.provider());
        data.put("taskId", letter.taskId());
        data.put("mediaKey", letter.mediaKey());
        data.put("reason", letter.reason());
        data.put("detail", letter.detail());
        data.values().removeIf(java.util.Objects::isNull);
        outbox.add(handle, "dead-letter", "dead-letter", letter.provider(), letter.taskId(), letter.mediaKey(), data);
        if (letter.kind().equals("media")) {
            outbox.add(handle, "announce", "media.dead", letter.provider(), letter.taskId(), letter.mediaKey(), data);
        }
        return true;
    }

    /**
     * An item of a poll that could not be read. Returns false if its letter is open already: a poll shows it often.
     *
     * @param key tells the item from every other of the provider, and stays the same from poll to poll
     */
    public boolean payload(String provider, String key, byte[] raw, String reason, String detail) {
        DeadLetter letter =
                DeadLetter.of("payload", provider, key).because(reason, detail).raw(raw);
        return ledger.write(h -> add(h, letter));
    }

    /**
     * Items of a list that could not be read and have no identity: one open letter stands for all of them and keeps the last.
     * Returns false if it is open already.
     *
     * @param times how many there are
     */
    public boolean payloads(String provider, String key, int times, byte[] raw, String reason, String detail) {
        DeadLetter letter =
                DeadLetter.of("payload", provider, key).because(reason, detail).raw(raw);
        Row again = Row.of("kind", "payload")
                .with("provider", provider)
                .with("letter_key", key)
                .with("now", ledger.now())
                .text("detail", detail)
                .bytes("raw", raw);
        return ledger.write(h -> {
            boolean first = add(h, letter);
            int more = first ? times - 1 : times;
            if (more > 0) {
                ledger.change(h, "dead-letter-again", again.with("times", more).values());
            }
            return first;
        });
    }

    /** The reason of the open letter about the task. */
    Optional<String> reason(Handle handle, String provider, String taskId) {
        Row row = Row.of("provider", provider).with("letter_key", taskId);
        return ledger.query(handle, "dead-letter-open-task", row.values())
                .map((rs, context) -> rs.getString("reason"))
                .findFirst();
    }

    /** The provider tells of these tasks, so what was said of them for want of that is over. */
    void settle(Handle handle, Collection<TaskKey> tasks) {
        List<Map<String, Object>> all = tasks.stream()
                .map(task -> Row.task(task.provider(), task.taskId())
                        .with("now", ledger.now())
                        .values())
                .toList();
        if (!all.isEmpty()) {
            ledger.changeEach(handle, "dead-letter-settle", all);
        }
    }

    /** A task that can come to no end, for example because the provider does not know it. */
    public void task(String provider, String taskId, String reason, String detail) {
        DeadLetter letter =
                DeadLetter.of("task", provider, taskId).about(taskId, null).because(reason, detail);
        ledger.write(h -> {
            add(h, letter);
            return null;
        });
    }

    /** Why a replay could have no effect, as far as the settings decide that. */
    public interface Hindrance {
        /**
         * @param kind what the letter is about
         * @param mustBeRead whether there is nothing but a read of the task
         * @return empty if nothing stands in the way
         */
        Optional<String> of(String kind, String provider, boolean mustBeRead);
    }

    /**
     * What a replay of one letter came to.
     *
     * @param replayed what was put back in line; null if nothing was
     * @param why      why that could have had no effect, so that the letter stays; null if there is no such open letter
     */
    public record Replay(Replayed replayed, String why) {}

    /**
     * What a replay of many letters came to.
     *
     * @param skipped how many stay open, by why
     */
    public record Replays(List<Replayed> replayed, Map<String, Integer> skipped) {}

    /** Puts what the letter is about back in line. */
    public Replay replay(long id, Hindrance hindrance) {
        return ledger.write(h -> {
            Optional<String> why = ledger.query(
                            h, "dead-letter-find", Row.of("id", id).values())
                    .map((rs, context) -> {
                        String kind = rs.getString("kind");
                        if (rs.getInt("found") == 0) {
                            return "the " + kind + " that it is about is not kept any more";
                        }
                        boolean mustBeRead = kind.equals("task") || rs.getInt("without_url") > 0;
                        return hindrance
                                .of(kind, rs.getString("provider"), mustBeRead)
                                .orElse("");
                    })
                    .findFirst()
                    .filter(found -> !found.isEmpty());
            return why.isPresent()
                    ? new Replay(null, why.get())
                    : new Replay(replay(h, id).orElse(null), null);
        });
    }

    /**
     * Replays open letters that match, the oldest first.
     *
     * @param provider null for all, like reason
     * @param limit    most that are replayed
     */
    public Replays replay(String provider, String reason, int limit, Hindrance hindrance) {
        return replay(provider, reason, limit, id -> replay(id, hindrance));
    }

    private Replays replay(String provider, String reason, int limit, LongFunction<Replay> one) {
        List<Replayed> replayed = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        // What is replayed may fail at once and be a new letter, which is left to the next time.
        long last = ledger.read(h -> h.createQuery("SELECT max(id) FROM dead_letter")
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
        List<Long> ids = next(provider, reason, 0, last);
        while (!ids.isEmpty()) {
            for (long id : ids) {
                if (replayed.size() == limit) {
                    return new Replays(replayed, skipped);
                }
                Replay replay = one.apply(id);
                if (replay.replayed() != null) {
                    replayed.add(replay.replayed());
                } else if (replay.why() != null) {
                    skipped.merge(replay.why(), 1, Integer::sum);
                }
            }
            ids = next(provider, reason, ids.get(ids.size() - 1), last);
        }
        return new Replays(replayed, skipped);
    }

    /** Whatever stands in the way. Empty if there is no such open letter: somebody else replayed it. */
    Optional<Replayed> replay(long id) {
        return ledger.write(h -> replay(h, id));
    }

    /** Whatever stands in the way. */
    List<Replayed> replay(String provider, String reason, int limit) {
        return replay(provider, reason, limit, id -> new Replay(replay(id).orElse(null), null))
                .replayed();
    }

    private List<Long> next(String provider, String reason, long after, long last) {
        return ledger.read(h -> h.createQuery("SELECT id FROM dead_letter WHERE state = 'open'"
                        + (provider == null ? "" : " AND provider = :provider")
                        + (reason == null ? "" : " AND reason = :reason")
                        + " AND id > :after AND id <= :last ORDER BY id LIMIT 500")
                .bindMap(filters(provider, reason))
                .bind("after", after)
                .bind("last", last)
                .mapTo(Long.class)
                .list());
    }

    private static Map<String, Object> filters(String provider, String reason) {
        Map<String, Object> filters = new LinkedHashMap<>();
        if (provider != null) {
            filters.put("provider", Row.storable(provider));
        }
        if (reason != null) {
            filters.put("reason", Row.storable(reason));
        }
        return filters;
    }

    private Optional<Replayed> replay(Handle handle, long id) {
        long now = ledger.now();
        List<DeadLetter> taken = ledger.query(
                        handle,
                        "dead-letter-replay",
                        Row.of("id", id).with("now", now).values())
                .map((rs, context) -> new DeadLetter(
                        rs.getString("kind"),
                        rs.getString("provider"),
                        rs.getString("letter_key"),
                        rs.getString("task_id"),
                        rs.getString("media_key"),
                        Row.number(rs, "callback_id"),
                        null,
                        null,
                        rs.getBytes("raw")))
                .list();
        taken.forEach(letter -> putBack(handle, letter, now));
        return taken.stream()
                .map(letter -> new Replayed(id, letter.kind(), letter.provider()))
                .findFirst();
    }

    /**
     * A media that was given up goes on by itself, inside the caller's transaction, and its letter is closed. Returns false if
     * it is dead no more.
     *
     * @param wakes how often that has happened to it, with this time
     */
    boolean wake(Handle handle, MediaId media, int wakes) {
        long now = ledger.now();
        Row row = LedgerRows.media(media).with("now", now).with("wakes", wakes);
        if (ledger.change(handle, "media-revive", row.values()) == 0) {
            return false;
        }
        ledger.change(
                handle,
                "task-revise",
                Row.task(media.provider(), media.taskId()).values());
        DeadLetter letter = DeadLetter.media(media);
        ledger.change(
                handle,
                "dead-letter-close",
                Row.of("provider", letter.provider())
                        .with("letter_key", letter.key())
                        .with("now", now)
                        .values());
        return true;
    }

    private void putBack(Handle handle, DeadLetter letter, long now) {
        switch (letter.kind()) {
            case "callback" ->
                ledger.change(
                        handle,
                        "callback-revive",
                        Row.of("id", letter.callbackId()).with("now", now).values());
            case "payload" ->
                ledger.change(
                        handle,
                        "callback-replay",
                        Row.of("provider", letter.provider())
                                .with("callback_key", PAYLOAD + letter.key())
                                .with("covered", 1)
                                .with("body", letter.raw())
                                .with("now", now)
                                .values());
            case "task" -> TaskReads.ask(ledger, handle, letter.provider(), letter.taskId(), "replay", now, null);
            default -> {
                Row task = Row.task(letter.provider(), letter.taskId());
                ledger.change(handle, "task-revise", task.values());
                ledger.change(
                        handle,
                        "media-revive",
                        task.with("media_key", letter.mediaKey())
                                .with("now", now)
                                .with("wakes", 0)
                                .values());
            }
        }
    }
}
