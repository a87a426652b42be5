package io.mediakeep.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * What the API, the console and the progress line show. Reads only; never gives a source URL, which may be signed.
 * Thread-safe.
 */
public final class LedgerQueries {
    private final Ledger ledger;

    public LedgerQueries(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A page, and the cursor of the next one, null at the end. */
    public record Page(List<Map<String, Object>> items, String next) {}

    /**
     * Tasks, newest first.
     *
     * @param provider null for all, like status
     * @param after    the {@code next} of the page before, null for the first
     * @throws IllegalArgumentException if {@code after} is not such a cursor
     */
    public Page tasks(String provider, String status, String after, int limit) {
        Cursor cursor = Cursor.read(after, 3);
        StringBuilder sql = new StringBuilder("SELECT * FROM task WHERE 1 = 1");
        and(sql, "provider", provider);
        and(sql, "status", status);
        if (cursor != null) {
            sql.append(" AND (first_seen_at, provider, task_id) < (:after_at, :after_provider, :after_task)");
        }
        sql.append(" ORDER BY first_seen_at DESC, provider DESC, task_id DESC LIMIT :limit");
        return ledger.read(h -> {
            Query query = h.createQuery(sql.toString()).bind("limit", limit + 1);
            bind(query, "provider", provider);
            bind(query, "status", status);
            if (cursor != null) {
                query.bind("after_at", cursor.number(0))
                        .bind("after_provider", cursor.part(1))
                        .bind("after_task", cursor.part(2));
            }
            List<Map<String, Object>> rows =
                    query.map((rs, context) -> task(rs)).list();
            for (Map<String, Object> row : rows) {
                row.put("media", mediaCounts(h, (String) row.get("provider"), (String) row.get("taskId")));
            }
            return page(
                    rows,
                    limit,
                    row -> Cursor.write(row.get("firstSeenMillis"), row.get("provider"), row.get("taskId")));
        });
    }

    /** One task with its media and the read that is due. */
    public Optional<Map<String, Object>> task(String provider, String taskId) {
        return ledger.read(h -> {
            Row row = Row.task(provider, taskId);
            Optional<Map<String, Object>> found = ledger.query(h, "task-find", row.values())
                    .map((rs, context) -> {
                        Map<String, Object> task = task(rs);
                        task.put("conflictAt", Row.time(rs, "conflict_at"));
                        task.put("read", read(rs));
                        return task;
                    })
                    .findOne();
            found.ifPresent(task -> {
                task.remove("firstSeenMillis");
                task.put(
                        "media",
                        ledger.query(h, "media-of-task", row.values())
                                .map((rs, context) -> media(rs))
                                .list());
            });
            return found;
        });
    }

    /** Media, nearest expiry first. */
    public Page media(String state, String provider, String after, int limit) {
        Cursor cursor = Cursor.read(after, 4);
        StringBuilder sql = new StringBuilder("SELECT * FROM media WHERE 1 = 1");
        and(sql, "state", state);
        and(sql, "provider", provider);
        if (cursor != null) {
            sql.append(" AND (expires_at, provider, task_id, media_key)")
                    .append(" > (:after_at, :after_provider, :after_task, :after_key)");
        }
        sql.append(" ORDER BY expires_at, provider, task_id, media_key LIMIT :limit");
        return ledger.read(h -> {
            Query query = h.createQuery(sql.toString()).bind("limit", limit + 1);
            bind(query, "state", state);
            bind(query, "provider", provider);
            if (cursor != null) {
                query.bind("after_at", cursor.number(0))
                        .bind("after_provider", cursor.part(1))
                        .bind("after_task", cursor.part(2))
                        .bind("after_key", cursor.part(3));
            }
            List<Map<String, Object>> rows = query.map((rs, context) -> {
                        Map<String, Object> map = new LinkedHashMap<>();
                        map.put("provider", rs.getString("provider"));
                        map.put("taskId", rs.getString("task_id"));
                        map.put("expiresMillis", rs.getLong("expires_at"));
                        map.putAll(media(rs));
                        return map;
                    })
                    .list();
            Page page = page(
                    rows,
                    limit,
                    row -> Cursor.write(
                            row.get("expiresMillis"), row.get("provider"), row.get("taskId"), row.get("key")));
            page.items().forEach(row -> row.remove("expiresMillis"));
            return page;
        });
    }

    /** Open dead letters, newest first. */
    public Page deadLetters(String provider, String reason, String after, int limit) {
        Cursor cursor = Cursor.read(after, 1);
        StringBuilder sql =
                new StringBuilder("SELECT id, kind, provider, task_id, media_key, reason, detail, created_at"
                        + " FROM dead_letter WHERE state = 'open'");
        and(sql, "provider", provider);
        and(sql, "reason", reason);
        sql.append(cursor == null ? "" : " AND id < :after").append(" ORDER BY id DESC LIMIT :limit");
        return ledger.read(h -> {
            Query query = h.createQuery(sql.toString()).bind("limit", limit + 1);
            bind(query, "provider", provider);
            bind(query, "reason", reason);
            if (cursor != null) {
                query.bind("after", cursor.number(0));
            }
            List<Map<String, Object>> rows = query.map((rs, context) -> {
                        Map<String, Object> map = new LinkedHashMap<>();
                        map.put("id", rs.getLong("id"));
                        map.put("kind", rs.getString("kind"));
                        map.put("provider", rs.getString("provider"));
                        map.put("taskId", rs.getString("task_id"));
                        map.put("mediaKey", rs.getString("media_key"));
                        map.put("reason", rs.getString("reason"));
                        map.put("detail", rs.getString("detail"));
                        map.put("createdAt", Row.time(rs, "created_at"));
                        return map;
                    })
                    .list();
            return page(rows, limit, row -> Cursor.write(row.get("id")));
        });
    }

    /** Counts per provider and state. */
    public Summary summary() {
        return ledger.read(h -> {
            Map<String, Map<String, Long>> tasks =
                    counts(h, "SELECT provider, status, count(*) FROM task GROUP BY 1, 2");
            Map<String, Map<String, Long>> media =
                    counts(h, "SELECT provider, state, count(*) FROM media GROUP BY 1, 2");
            Map<String, Map<String, Long>> dead =
                    counts(h, "SELECT provider, reason, count(*) FROM dead_letter WHERE state = 'open' GROUP BY 1, 2");
            Map<String, Map<String, Long>> streams = counts(
                    h,
                    "SELECT provider, CASE WHEN callback_at IS NULL THEN 'missed' ELSE 'seen' END, count(*)"
                            + " FROM task WHERE finished_at IS NOT NULL GROUP BY 1, 2");
            Long expiry = h.createQuery(
                            "SELECT min(expires_at) AS nearest FROM media WHERE state IN ('due', 'copying')")
                    .map((rs, context) -> Optional.ofNullable(Row.number(rs, "nearest")))
                    .one()
                    .orElse(null);
            long waiting = h.createQuery("SELECT count(*) FROM callback WHERE state = 'received'")
                    .mapTo(Long.class)
                    .one();
            return new Summary(tasks, media, dead, streams, expiry, waiting, polls(h));
        });
    }

    /**
     * @param streams       per provider the ended tasks whose callback was {@code seen}, and those it {@code missed}
     * @param nearestExpiry milliseconds since the epoch when the first source URL of unstored media dies, else null
     */
    public record Summary(
            Map<String, Map<String, Long>> tasks,
            Map<String, Map<String, Long>> media,
            Map<String, Map<String, Long>> deadLetters,
            Map<String, Map<String, Long>> streams,
            Long nearestExpiry,
            long callbacksWaiting,
            Map<String, List<Map<String, Object>>> polls) {}

    private static Map<String, List<Map<String, Object>>> polls(Handle h) {
        Map<String, List<Map<String, Object>>> polls = new TreeMap<>();
        h.createQuery("SELECT * FROM poll ORDER BY provider, list")
                .map((rs, context) -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("list", rs.getString("list"));
                    map.put("coveredUntil", Row.time(rs, "covered_until"));
                    map.put("succeededAt", Row.time(rs, "succeeded_at"));
                    map.put("failures", rs.getLong("failures"));
                    map.put("problem", rs.getString("problem"));
                    polls.computeIfAbsent(rs.getString("provider"), p -> new ArrayList<>())
                            .add(map);
                    return map;
                })
                .list();
        return polls;
    }

    private static Map<String, Map<String, Long>> counts(Handle h, String sql) {
        Map<String, Map<String, Long>> counts = new TreeMap<>();
        h.createQuery(sql)
                .map((rs, context) -> counts.computeIfAbsent(rs.getString(1), p -> new TreeMap<>())
                        .put(rs.getString(2), rs.getLong(3)))
                .list();
        return counts;
    }

    private static Map<String, Object> mediaCounts(Handle h, String provider, String taskId) {
        Map<String, Object> counts = new LinkedHashMap<>();
        for (String state : List.of("due", "copying", "stored", "dead")) {
            counts.put(state, 0L);
        }
        h.createQuery("SELECT state, count(*) FROM media WHERE provider = :provider AND task_id = :task GROUP BY 1")
                .bind("provider", provider)
                .bind("task", taskId)
                .map((rs, context) -> counts.put(rs.getString(1), rs.getLong(2)))
                .list();
        return counts;
    }

    private static Map<String, Object> task(ResultSet rs) throws SQLException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("provider", rs.getString("provider"));
        map.put("taskId", rs.getString("task_id"));
        map.put("status", rs.getString("status"));
        map.put("statusMessage", rs.getString("status_message"));
        map.put("externalTaskId", rs.getString("external_task_id"));
        map.put("createdAt", Row.time(rs, "created_at"));
        map.put("updatedAt", Row.time(rs, "updated_at"));
        map.put("units", rs.getString("units"));
        map.put("model", rs.getString("model"));
        map.put("firstSeenBy", rs.getString("first_seen_by"));
        map.put("firstSeenAt", Row.time(rs, "first_seen_at"));
        map.put("callbackAt", Row.time(rs, "callback_at"));
        map.put("polledAt", Row.time(rs, "polled_at"));
        map.put("finishedAt", Row.time(rs, "finished_at"));
        map.put("firstSeenMillis", rs.getLong("first_seen_at"));
        return map;
    }

    private static Map<String, Object> read(ResultSet rs) throws SQLException {
        if (rs.getString("read_reason") == null) {
            return null;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("at", Row.time(rs, "read_at"));
        map.put("reason", rs.getString("read_reason"));
        map.put("attempts", rs.getLong("read_attempts"));
        return map;
    }

    private static Map<String, Object> media(ResultSet rs) throws SQLException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", rs.getString("media_key"));
        map.put("kind", rs.getString("kind"));
        map.put("state", rs.getString("state"));
        map.put("attempts", rs.getLong("attempts"));
        map.put("refreshes", rs.getLong("refreshes"));
        map.put("expiresAt", Row.time(rs, "expires_at"));
        map.put("dueAt", "due".equals(rs.getString("state")) ? Row.time(rs, "due_at") : null);
        map.put("objectKey", "stored".equals(rs.getString("state")) ? rs.getString("object_key") : null);
        map.put("size", Row.number(rs, "size"));
        map.put("sha256", rs.getString("sha256"));
        map.put("contentType", rs.getString("content_type"));
        map.put("sourceHost", rs.getString("source_host"));
        map.put("storedAt", Row.time(rs, "stored_at"));
        map.put("reason", rs.getString("reason"));
        map.put("detail", rs.getString("detail"));
        return map;
    }

    private static void and(StringBuilder sql, String column, String value) {
        if (value != null) {
            sql.append(" AND ").append(column).append(" = :").append(column);
        }
    }

    private static void bind(Query query, String name, String value) {
        if (value != null) {
            query.bind(name, Row.storable(value));
        }
    }

    private static Page page(
            List<Map<String, Object>> rows,
            int limit,
            java.util.function.Function<Map<String, Object>, String> cursor) {
        boolean more = rows.size() > limit;
        List<Map<String, Object>> items = new ArrayList<>(more ? rows.subList(0, limit) : rows);
        String next = more ? cursor.apply(items.get(limit - 1)) : null;
        items.forEach(row -> row.remove("firstSeenMillis"));
        return new Page(items, next);
    }
}
