package io.mediakeep.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** Whether a letter about the task is open. */
    boolean isOpen(Handle handle, String provider, String taskId) {
        Row row = Row.of("provider", provider).with("letter_key", taskId);
        return ledger.query(handle, "dead-letter-open-task", row.values())
                .map((rs, context) -> true)
                .findFirst()
                .isPresent();
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

    /** Puts what the letter is about back in line. Empty if there is no such open letter: somebody else replayed it. */
    public Optional<Replayed> replay(long id) {
        return ledger.write(h -> replay(h, id));
    }

    /** Replays all open letters that match, at most {@code limit}. */
    public List<Replayed> replay(String provider, String reason, int limit) {
        List<Long> ids = ledger.read(h -> h.createQuery("SELECT id FROM dead_letter WHERE state = 'open'"
                        + (provider == null ? "" : " AND provider = :provider")
                        + (reason == null ? "" : " AND reason = :reason")
                        + " ORDER BY id LIMIT :limit")
                .bindMap(filters(provider, reason))
                .bind("limit", limit)
                .mapTo(Long.class)
                .list());
        List<Replayed> replayed = new ArrayList<>();
        for (long id : ids) {
            replay(id).ifPresent(replayed::add);
        }
        return replayed;
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
        Row row = Row.media(media).with("now", now).with("wakes", wakes);
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
            case "task" ->
                ledger.change(
                        handle,
                        "task-read-schedule",
                        Row.task(letter.provider(), letter.taskId())
                                .with("read_at", now)
                                .with("reason", "replay")
                                .values());
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
