package io.mediakeep.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
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
        try {
            Row row = Row.task(provider, taskId == null ? "" : taskId)
                    .with("channel", channel)
                    .with("type", type)
                    .text("media_key", mediaKey)
                    .with("data", json.writeValueAsString(data))
                    .with("now", ledger.now());
            ledger.change(handle, "outbox-add", row.values());
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
