package io.mediakeep.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.TaskEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Transactional outbox: what happened is written with the change itself and sent afterwards. Thread-safe. */
public final class OutboxLedger {
    private static final Duration LEASE = Duration.ofSeconds(60);

    private final Ledger ledger;
    private final ObjectMapper json = new ObjectMapper();

    public OutboxLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /** An announcement to be sent. */
    public record Announcement(
            long id,
            String type,
            String provider,
            String taskId,
            String mediaKey,
            String data,
            Instant at,
            int attempts) {}

    void add(
            Handle handle,
            String channel,
            String type,
            String provider,
            String taskId,
            String mediaKey,
            Map<?, ?> data) {
        Row row = Row.task(provider, taskId == null ? "" : taskId)
                .with("channel", channel)
                .with("type", type)
                .text("media_key", mediaKey)
                .with("data", write(data))
                .with("now", ledger.now());
        ledger.change(handle, "outbox-add", row.values());
    }

    /** Announces tasks that came to their end. */
    void addTasks(Handle handle, Collection<TaskEvent> ended) {
        if (ended.isEmpty()) {
            return;
        }
        Rows rows = new Rows();
        for (TaskEvent event : ended) {
            Map<String, Object> data = event.toMap();
            data.put(
                    "media",
                    event.media().stream()
                            .map(media -> Map.of("key", media.key(), "kind", media.kind()))
                            .toList());
            LedgerRows.task(rows, TaskKey.of(event))
                    .text("channel", "announce")
                    .text("type", "task." + event.status().word())
                    .text("data", write(data));
        }
        Row row = Row.of("rows", rows.json()).with("now", ledger.now());
        ledger.change(handle, "outbox-add-all", row.values());
    }

    private String write(Map<?, ?> data) {
        try {
            return json.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Claims announcements of a channel, oldest first. */
    public List<Announcement> claim(String channel, int limit) {
        Row row = Row.of("channel", channel)
                .with("now", ledger.now())
                .with("lease_until", ledger.in(LEASE))
                .with("limit", limit);
        List<Announcement> claimed = ledger.write(h -> ledger.query(h, "outbox-claim", row.values())
                .map((rs, context) -> new Announcement(
                        rs.getLong("id"),
                        rs.getString("type"),
                        rs.getString("provider"),
                        rs.getString("task_id"),
                        rs.getString("media_key"),
                        rs.getString("data"),
                        Row.instant(rs, "created_at"),
                        rs.getInt("attempts")))
                .list());
        claimed.sort(Comparator.comparing(Announcement::id));
        return claimed;
    }

    public void sent(long id) {
        ledger.write(h -> ledger.change(h, "outbox-sent", Row.of("id", id).values()));
    }

    public void postpone(long id, Duration pause) {
        Row row = Row.of("id", id).with("due_at", ledger.in(pause));
        ledger.write(h -> ledger.change(h, "outbox-postpone", row.values()));
    }
}
