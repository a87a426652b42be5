package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which tasks' manifests in the bucket are behind the ledger, and what they should say. Thread-safe. */
public final class ManifestLedger {
    private static final Duration LEASE = Duration.ofSeconds(60);

    private final Ledger ledger;

    public ManifestLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A manifest to be written, claimed by this node. */
    public record Due(String provider, String taskId, long revision) {}

    public List<Due> claim(int limit) {
        Row row = Row.of("now", ledger.now())
                .with("lease_until", ledger.in(LEASE))
                .with("limit", limit);
        return ledger.write(h -> ledger.query(h, "manifest-claim", row.values())
                .map((rs, context) ->
                        new Due(rs.getString("provider"), rs.getString("task_id"), rs.getLong("revision")))
                .list());
    }

    /** The manifest's content; holds no source URL, only its host. */
    public Map<String, Object> content(Due due) {
        return ledger.read(h -> {
            Row row = Row.task(due.provider(), due.taskId());
            Map<String, Object> manifest = new LinkedHashMap<>();
            manifest.put("schema", "urn:mediakeep:manifest:1");
            ledger.query(h, "task-find", row.values())
                    .map((rs, context) -> {
                        describe(rs, manifest);
                        return manifest;
                    })
                    .one();
            Map<String, List<String>> aliases = Aliases.of(ledger, h, row);
            manifest.put(
                    "media",
                    ledger.query(h, "media-of-task", row.values())
                            .map((rs, context) -> media(rs, aliases.get(rs.getString("media_key"))))
                            .list());
            return manifest;
        });
    }

    /**
     * The manifest of this revision is in the bucket. If a newer one was there, this node was late and has overwritten it:
     * then it is due again.
     */
    public void written(Due due) {
        Row row = Row.task(due.provider(), due.taskId())
                .with("revision", due.revision())
                .with("now", ledger.now());
        Row task = Row.task(due.provider(), due.taskId());
        ledger.write(h -> {
            if (ledger.change(h, "manifest-end", row.values()) == 0) {
                ledger.change(h, "task-revise", task.values());
            }
            return null;
        });
    }

    /** The manifest could not be written; it is due again after the pause. */
    public void postpone(Due due, Duration pause) {
        Row row = Row.task(due.provider(), due.taskId()).with("due_at", ledger.in(pause));
        ledger.write(h -> ledger.change(h, "manifest-postpone", row.values()));
    }

    private static void describe(ResultSet rs, Map<String, Object> map) throws SQLException {
        map.put("provider", rs.getString("provider"));
        map.put("taskId", rs.getString("task_id"));
        map.put("status", rs.getString("status"));
        map.put("statusMessage", rs.getString("status_message"));
        map.put("externalTaskId", rs.getString("external_task_id"));
        map.put("createdAt", Row.time(rs, "created_at"));
        map.put("updatedAt", Row.time(rs, "updated_at"));
        map.put("units", rs.getString("units"));
        map.put("model", rs.getString("model"));
        map.put("product", rs.getString("product"));
        map.put("firstSeenBy", rs.getString("first_seen_by"));
        map.put("firstSeenAt", Row.time(rs, "first_seen_at"));
        map.put("callbackAt", Row.time(rs, "callback_at"));
        map.put("polledAt", Row.time(rs, "polled_at"));
        map.put("finishedAt", Row.time(rs, "finished_at"));
        map.put("revision", rs.getLong("revision"));
    }

    private static String emptyToNull(String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static Map<String, Object> media(ResultSet rs, List<String> aliases) throws SQLException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", rs.getString("media_key"));
        map.put("aliases", aliases);
        map.put("kind", rs.getString("kind"));
        map.put("state", rs.getString("state"));
        boolean stored = "stored".equals(rs.getString("state"));
        // Until the new object is verified, the one that it replaces is what there is.
        map.put("objectKey", stored ? rs.getString("object_key") : emptyToNull(rs.getString("replaces")));
        map.put("size", Row.number(rs, "size"));
        map.put("sha256", rs.getString("sha256"));
        map.put("crc32c", rs.getString("crc32c"));
        map.put("contentType", rs.getString("content_type"));
        map.put("sourceHost", rs.getString("source_host"));
        map.put("durationSeconds", rs.getObject("duration_seconds"));
        map.put("width", Row.number(rs, "width"));
        map.put("height", Row.number(rs, "height"));
        map.put("fps", rs.getObject("fps"));
        map.put("addedAt", Row.time(rs, "added_at"));
        map.put("expiresAt", Row.time(rs, "expires_at"));
        map.put("storedAt", Row.time(rs, "stored_at"));
        map.put("reason", rs.getString("reason"));
        map.values().removeIf(java.util.Objects::isNull);
        return map;
    }
}
