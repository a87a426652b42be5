package io.mediakeep.database;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;

/**
 * Pages of a table in order of a time, each read from an index on (provider, group, time, ties): as many short reads as
 * there are providers and groups, and never more rows than a few pages. Immutable.
 *
 * @param group  the column that tells rows of one kind from another, with all its values
 * @param time   the column that gives the order
 * @param ties   what orders rows of one provider and one time
 * @param newest whether the largest come first
 */
public record Keyset(String table, String group, List<String> groups, String time, List<String> ties, boolean newest) {
    /** A row and its place. */
    public record Placed<T>(long time, String provider, List<String> ties, T row) {
        public String cursor() {
            List<Object> parts = new ArrayList<>(List.of(time, provider));
            parts.addAll(ties);
            return Cursor.write(parts.toArray());
        }
    }

    /**
     * @param only  a group, null for all
     * @param after the cursor of the last row of the page before, null for the first page
     */
    public <T> List<Placed<T>> read(
            Handle h, Collection<String> providers, String only, Cursor after, int limit, RowMapper<T> mapper) {
        List<String> inOrder = providers.stream()
                .sorted(newest ? Comparator.reverseOrder() : Comparator.naturalOrder())
                .toList();
        List<Placed<T>> found = new ArrayList<>();
        for (String provider : inOrder) {
            int side = after == null ? 0 : provider.compareTo(after.part(1));
            Query query = h.createQuery(sql(only, after != null, side))
                    .bind("provider", provider)
                    .bind("limit", limit);
            if (only != null) {
                query.bind(group, only);
            }
            if (after != null) {
                query.bind("after", after.number(0));
                for (int i = 0; side == 0 && i < ties.size(); i++) {
                    query.bind("after_" + ties.get(i), after.part(i + 2));
                }
            }
            query.map((rs, context) -> {
                        List<String> tied = new ArrayList<>();
                        for (String tie : ties) {
                            tied.add(rs.getString(tie));
                        }
                        return new Placed<>(rs.getLong(time), provider, tied, mapper.map(rs, context));
                    })
                    .forEach(found::add);
        }
        Comparator<Placed<T>> byTime = Comparator.comparingLong(Placed::time);
        found.sort(newest ? byTime.reversed() : byTime);
        return found.subList(0, Math.min(limit, found.size()));
    }

    /**
     * @param only null for all groups
     * @param side how the provider compares to the cursor's, which decides about rows of the cursor's time
     */
    public String sql(String only, boolean after, int side) {
        String order = " ORDER BY " + time + (newest ? " DESC" : "")
                + ties.stream().map(tie -> ", " + tie + (newest ? " DESC" : "")).collect(Collectors.joining())
                + " LIMIT :limit";
        String beyond = !after ? "" : " AND " + beyond(side);
        List<String> wanted = only != null
                ? List.of(":" + group)
                : groups.stream().map(name -> "'" + name + "'").toList();
        List<String> parts = new ArrayList<>();
        for (String name : wanted) {
            parts.add("SELECT * FROM (SELECT * FROM " + table + " WHERE provider = :provider AND " + group + " = "
                    + name + beyond + order + ") AS part" + parts.size());
        }
        return String.join(" UNION ALL ", parts) + (parts.size() == 1 ? "" : order);
    }

    private String beyond(int side) {
        String than = newest ? "<" : ">";
        if (side == 0) {
            return "(" + time + ", " + String.join(", ", ties) + ") " + than + " (:after, "
                    + ties.stream().map(tie -> ":after_" + tie).collect(Collectors.joining(", ")) + ")";
        }
        return time + " " + than + (newest == side < 0 ? "=" : "") + " :after";
    }
}
