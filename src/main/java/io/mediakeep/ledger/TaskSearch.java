package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;

/**
 * Finds tasks by a text, for a person who has a part of an id or of a message. Costs the same however many tasks there are: a
 * task with exactly this id is always found, others among the newest of each provider and status. Stateless.
 */
final class TaskSearch {
    /** Of each provider and status. */
    static final int NEWEST = 1_000;

    private static final List<String> TEXTS =
            List.of("task_id", "external_task_id", "model", "product", "status_message");

    private TaskSearch() {}

    /** Tasks with this text, in whatever letter case, newest first. */
    static <T> List<T> read(Handle h, String provider, String text, int limit, RowMapper<T> mapper) {
        String storable = Row.storable(text);
        String like = "%" + storable.toLowerCase(Locale.ROOT).replaceAll("[!%_]", "!$0") + "%";
        record Found<T>(long seen, T row) {}
        List<Found<T>> found = new ArrayList<>();
        for (String name : Counts.only(h, provider)) {
            h.createQuery(sql())
                    .bindMap(Map.of("provider", name, "id", storable, "like", like, "newest", NEWEST, "limit", limit))
                    .map((rs, context) -> new Found<>(rs.getLong("first_seen_at"), mapper.map(rs, context)))
                    .forEach(found::add);
        }
        return found.stream()
                .sorted(Comparator.comparingLong((Found<T> task) -> task.seen()).reversed())
                .limit(limit)
                .map(Found::row)
                .toList();
    }

    static String sql() {
        List<String> has = TEXTS.stream()
                .map(column -> "lower(" + column + ") LIKE :like ESCAPE '!'")
                .toList();
        List<String> parts = new ArrayList<>();
        parts.add("SELECT * FROM (SELECT * FROM task WHERE provider = :provider AND task_id = :id) AS exact");
        for (String status : LedgerQueries.TASKS.groups()) {
            parts.add("SELECT * FROM (SELECT * FROM task WHERE provider = :provider AND status = '" + status
                    + "' ORDER BY first_seen_at DESC, task_id DESC LIMIT :newest) AS part" + parts.size()
                    + " WHERE task_id <> :id AND (" + String.join(" OR ", has) + ")");
        }
        return String.join(" UNION ALL ", parts) + " ORDER BY first_seen_at DESC LIMIT :limit";
    }
}
