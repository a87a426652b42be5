package io.mediakeep.ledger;

import io.mediakeep.database.Cursor;
import io.mediakeep.database.Keyset;
import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
    static final Keyset TASKS = new Keyset(
            "task",
            "status",
            List.of("submitted", "processing", "failed", "succeeded"),
            "first_seen_at",
            List.of("task_id"),
            true);
    static final Keyset MEDIA = new Keyset(
            "media",
            "state",
            List.of("due", "copying", "stored", "dead"),
            "expires_at",
            List.of("task_id", "media_key"),
            false);
    static final String DEAD_COUNTS =
            "SELECT provider, reason, count(*) FROM dead_letter WHERE state = 'open' GROUP BY provider, reason";

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
        return ledger.read(h -> {
            Page page = page(
                    TASKS.read(
                            h,
                            Counts.only(h, provider),
                            status == null ? null : Row.storable(status),
                            cursor,
                            limit + 1,
                            (rs, context) -> task(rs)),
                    limit);
            countMedia(h, page.items());
            return page;
        });
    }

    /**
     * Tasks with this text in id, external id, model, product or message, newest first: the one with exactly this id, and others
     * among the newest thousand of each provider and status.
     *
     * @param provider null for all
     */
    public List<Map<String, Object>> find(String provider, String text, int limit) {
        return ledger.read(h -> {
            List<Map<String, Object>> found = TaskSearch.read(h, provider, text, limit, (rs, context) -> task(rs));
            countMedia(h, found);
            return found;
        });
    }

    /** Puts the media of these tasks, which are those of a page, under {@code outputs}. */
    public void addOutputs(List<Map<String, Object>> tasks) {
        if (tasks.isEmpty()) {
            return;
        }
        Rows keys = new Rows();
        Map<TaskKey, List<Map<String, Object>>> outputs = new HashMap<>();
        for (Map<String, Object> task : tasks) {
            TaskKey key = new TaskKey((String) task.get("provider"), (String) task.get("taskId"));
            List<Map<String, Object>> media = new ArrayList<>();
            outputs.put(key, media);
            task.put("outputs", media);
            LedgerRows.task(keys, key);
        }
        ledger.read(h -> ledger.query(
                        h, "media-of-tasks", Row.of("rows", keys.json()).values())
                .map((rs, context) -> outputs.get(TaskKey.of(rs)).add(media(rs)))
                .list());
    }

    /**
     * Where a stored media is.
     *
     * @param size bytes
     * @param tag  differs where the bytes do
     */
    public record StoredMedia(String objectKey, long size, String contentType, String tag) {}

    /** Empty if there is no such media, or it is not stored. */
    public Optional<StoredMedia> stored(String provider, String taskId, String mediaKey) {
        Row row = Row.task(provider, taskId).with("media_key", Row.storable(mediaKey));
        return ledger.read(h -> ledger.query(h, "media-object", row.values())
                .map((rs, context) -> new StoredMedia(
                        rs.getString("object_key"),
                        rs.getLong("size"),
                        rs.getString("content_type"),
                        rs.getString("tag")))
                .findOne());
    }

    /** Of each media that is being copied, what the storage has of it; only of what is copied in parts. */
    private void addCopied(Handle h, String provider, String taskId, Map<String, Object> media) {
        if (media.get("state").equals("copying")) {
            Row row = Row.task(provider, taskId).with("media_key", media.get("key"));
            media.put(
                    "copied",
                    ledger.query(h, "media-copied", row.values())
                            .map((rs, context) -> Optional.ofNullable(Row.number(rs, "copied")))
                            .one()
                            .orElse(null));
        }
    }

    private Page addCopied(Handle h, Page page) {
        page.items()
                .forEach(media -> addCopied(h, (String) media.get("provider"), (String) media.get("taskId"), media));
        return page;
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
                Map<String, List<String>> aliases = Aliases.of(ledger, h, row);
                task.put(
                        "media",
                        ledger.query(h, "media-of-task", row.values())
                                .map((rs, context) -> {
                                    Map<String, Object> media = media(rs);
                                    media.put("aliases", aliases.getOrDefault(rs.getString("media_key"), List.of()));
                                    return media;
                                })
                                .list());
                mediaOf(task).forEach(media -> addCopied(h, provider, taskId, media));
            });
            return found;
        });
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> mediaOf(Map<String, Object> task) {
        return (List<Map<String, Object>>) task.get("media");
    }

    /** Media, nearest expiry first. */
    public Page media(String state, String provider, String after, int limit) {
        Cursor cursor = Cursor.read(after, 4);
        return ledger.read(h -> addCopied(
                h,
                page(
                        MEDIA.read(
                                h,
                                Counts.only(h, provider),
                                state == null ? null : Row.storable(state),
                                cursor,
                                limit + 1,
                                (rs, context) -> mediaOfTask(rs)),
                        limit)));
    }

    /**
     * Media that are not stored, nearest expiry first: those that are due or copied right now, and the dead ones whose source URL
     * still lives.
     */
    public List<Map<String, Object>> atRisk(int limit) {
        Cursor living = Cursor.read(Cursor.write(ledger.now(), "", "", ""), 4);
        return ledger.read(h -> {
            List<Keyset.Placed<Map<String, Object>>> found = new ArrayList<>();
            for (String state : List.of("due", "copying", "dead")) {
                Cursor after = state.equals("dead") ? living : null;
                found.addAll(MEDIA.read(h, Counts.providers(h), state, after, limit, (rs, context) -> mediaOfTask(rs)));
            }
            List<Map<String, Object>> first = found.stream()
                    .sorted(Comparator.comparingLong(Keyset.Placed::time))
                    .limit(limit)
                    .map(Keyset.Placed::row)
                    .toList();
            return addCopied(h, new Page(first, null)).items();
        });
    }

    /** Open dead letters, newest first. */
    public Page deadLetters(String provider, String reason, String after, int limit) {
        Cursor cursor = Cursor.read(after, 1);
        String sql = deadLettersSql(provider != null, reason != null, cursor != null);
        return ledger.read(h -> {
            Query query = h.createQuery(sql).bind("limit", limit + 1);
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
                        map.put("count", rs.getLong("times"));
                        map.put("lastAt", Row.time(rs, rs.getString("last_at") == null ? "created_at" : "last_at"));
                        map.put("refusedHost", rs.getString("refused_host"));
                        return map;
                    })
                    .list();
            boolean more = rows.size() > limit;
            return new Page(
                    new ArrayList<>(more ? rows.subList(0, limit) : rows),
                    more ? Cursor.write(rows.get(limit - 1).get("id")) : null);
        });
    }

    /** Counts per provider and state. */
    public Summary summary() {
        return ledger.read(h -> {
            Counts counts = new Counts(h);
            Map<String, Map<String, Long>> dead = new TreeMap<>();
            h.createQuery(DEAD_COUNTS)
                    .map((rs, context) -> dead.computeIfAbsent(rs.getString(1), p -> new TreeMap<>())
                            .put(rs.getString(2), rs.getLong(3)))
                    .list();
            long waiting = h.createQuery("SELECT count(*) FROM callback WHERE state = 'received'")
                    .mapTo(Long.class)
                    .one();
            return new Summary(
                    counts.tasks(), counts.media(), dead, counts.streams(), counts.nearestExpiry(), waiting, polls(h));
        });
    }

    /** By provider, since when its oldest read has been due, in milliseconds since the epoch; none is due of those left out. */
    public Map<String, Long> oldestDueReads() {
        return ledger.read(h -> {
            Map<String, Long> oldest = new TreeMap<>();
            for (String provider : Counts.providers(h)) {
                Row due = Row.of("provider", provider).with("now", ledger.now());
                ledger.query(h, "vitals-reads", due.values())
                        .map((rs, context) -> Optional.ofNullable(Row.number(rs, "oldest")))
                        .one()
                        .ifPresent(at -> oldest.put(provider, at));
            }
            return oldest;
        });
    }

    static String deadLettersSql(boolean provider, boolean reason, boolean after) {
        return "SELECT id, kind, provider, task_id, media_key, reason, detail, created_at, times, last_at,"
                + " (SELECT m.refused_host FROM media m WHERE m.provider = dead_letter.provider"
                + " AND m.task_id = dead_letter.task_id AND m.media_key = dead_letter.media_key) AS refused_host"
                + " FROM dead_letter WHERE state = 'open'"
                + (provider ? " AND provider = :provider" : "")
                + (reason ? " AND reason = :reason" : "")
                + (after ? " AND id < :after" : "")
                + " ORDER BY id DESC LIMIT :limit";
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

    private void countMedia(Handle h, List<Map<String, Object>> tasks) {
        if (tasks.isEmpty()) {
            return;
        }
        Rows keys = new Rows();
        Map<TaskKey, Map<String, Object>> counts = new HashMap<>();
        for (Map<String, Object> task : tasks) {
            Map<String, Object> states = new LinkedHashMap<>();
            MEDIA.groups().forEach(state -> states.put(state, 0L));
            task.put("media", states);
            TaskKey key = new TaskKey((String) task.get("provider"), (String) task.get("taskId"));
            counts.put(key, states);
            LedgerRows.task(keys, key);
        }
        ledger.query(h, "media-counts", Row.of("rows", keys.json()).values())
                .map((rs, context) -> counts.get(TaskKey.of(rs)).put(rs.getString("state"), rs.getLong("media")))
                .list();
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

    private static Map<String, Object> mediaOfTask(ResultSet rs) throws SQLException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("provider", rs.getString("provider"));
        map.put("taskId", rs.getString("task_id"));
        map.putAll(media(rs));
        return map;
    }

    private static Map<String, Object> media(ResultSet rs) throws SQLException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", rs.getString("media_key"));
        map.put("kind", rs.getString("kind"));
        map.put("state", rs.getString("state"));
        map.put("attempts", rs.getLong("attempts"));
        map.put("refreshes", rs.getLong("refreshes"));
        map.put("refusals", rs.getLong("refusals"));
        map.put("addedAt", Row.time(rs, "added_at"));
        map.put("expiresAt", Row.time(rs, "expires_at"));
        map.put("dueAt", "due".equals(rs.getString("state")) ? Row.time(rs, "due_at") : null);
        map.put("objectKey", "stored".equals(rs.getString("state")) ? rs.getString("object_key") : null);
        map.put("replaces", "stored".equals(rs.getString("state")) ? null : rs.getString("replaces"));
        boolean copying = "copying".equals(rs.getString("state"));
        map.put("announced", copying ? Row.number(rs, "upload_length") : null);
        map.put("copied", null);
        map.put("size", Row.number(rs, "size"));
        map.put("sha256", rs.getString("sha256"));
        map.put("crc32c", rs.getString("crc32c"));
        map.put("contentType", rs.getString("content_type"));
        map.put("sourceHost", rs.getString("source_host"));
        map.put("storedAt", Row.time(rs, "stored_at"));
        map.put("reason", rs.getString("reason"));
        map.put("detail", rs.getString("detail"));
        map.put("refusedHost", rs.getString("refused_host"));
        map.put("waitsForHost", "due".equals(rs.getString("state")) && rs.getString("refused_host") != null);
        return map;
    }

    private static void bind(Query query, String name, String value) {
        if (value != null) {
            query.bind(name, Row.storable(value));
        }
    }

    /** The page of these rows, of which there is one more if there is another page. */
    static <T extends Map<String, Object>> Page page(List<Keyset.Placed<T>> rows, int limit) {
        boolean more = rows.size() > limit;
        List<Keyset.Placed<T>> shown = more ? rows.subList(0, limit) : rows;
        List<Map<String, Object>> items = new ArrayList<>();
        shown.forEach(row -> items.add(row.row()));
        return new Page(items, more ? shown.get(limit - 1).cursor() : null);
    }
}
