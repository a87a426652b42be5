package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The counts of the summary. Large ones come from the tally; what is due, copied right now or dead is counted in the index,
 * and what is stored is the rest. Used by one thread.
 */
final class Counts {
    private static final List<String> UNSTORED = List.of("due", "copying", "dead");

    private final Handle h;
    private final List<String> providers;
    private final Map<String, Map<String, Long>> totals = new TreeMap<>();

    /** All counts of this object are of one moment. */
    Counts(Handle h) {
        this.h = h;
        this.providers = providers(h);
        bind(h.createQuery(sql(providers.size())))
                .map((rs, context) -> totals.computeIfAbsent(rs.getString(1), p -> new TreeMap<>())
                        .put(rs.getString(2), rs.getLong(3)))
                .list();
    }

    /** The providers that have tasks. */
    static List<String> providers(Handle h) {
        return h.createQuery("SELECT DISTINCT provider FROM tally ORDER BY provider")
                .mapTo(String.class)
                .list();
    }

    static String sql(int providers) {
        StringBuilder sql = new StringBuilder(
                "SELECT provider, name, CAST(sum(total) AS BIGINT) FROM tally GROUP BY provider, name");
        for (int i = 0; i < providers; i++) {
            for (String state : UNSTORED) {
                sql.append(" UNION ALL SELECT CAST(:p" + i + " AS TEXT), 'media." + state
                        + "', count(*) FROM media WHERE provider = :p" + i + " AND state = '" + state + "'");
            }
        }
        return sql.toString();
    }

    static String expirySql(int providers) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < providers; i++) {
            for (String state : List.of("due", "copying")) {
                parts.add("SELECT min(expires_at) AS nearest FROM media WHERE provider = :p" + i + " AND state = '"
                        + state + "'");
            }
        }
        return String.join(" UNION ALL ", parts);
    }

    Map<String, Map<String, Long>> tasks() {
        return named("task.");
    }

    /** Ended tasks whose callback was seen, and missed. */
    Map<String, Map<String, Long>> streams() {
        return named("callback.");
    }

    Map<String, Map<String, Long>> media() {
        Map<String, Map<String, Long>> media = named("media.");
        totals.forEach((provider, byName) -> {
            long unstored = media.getOrDefault(provider, Map.of()).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            long stored = byName.getOrDefault("media", 0L) - unstored;
            if (stored > 0) {
                media.computeIfAbsent(provider, p -> new TreeMap<>()).put("stored", stored);
            }
        });
        return media;
    }

    /** When the first source URL of unstored media dies, in milliseconds since the epoch; null for none. */
    Long nearestExpiry() {
        if (providers.isEmpty()) {
            return null;
        }
        return bind(h.createQuery(expirySql(providers.size())))
                .map((rs, context) -> Optional.ofNullable(Row.number(rs, "nearest")))
                .list()
                .stream()
                .flatMap(Optional::stream)
                .min(Long::compare)
                .orElse(null);
    }

    private Map<String, Map<String, Long>> named(String prefix) {
        Map<String, Map<String, Long>> named = new TreeMap<>();
        totals.forEach((provider, byName) -> byName.forEach((name, total) -> {
            if (name.startsWith(prefix) && total > 0) {
                named.computeIfAbsent(provider, p -> new TreeMap<>()).put(name.substring(prefix.length()), total);
            }
        }));
        return named;
    }

    private Query bind(Query query) {
        for (int i = 0; i < providers.size(); i++) {
            query.bind("p" + i, providers.get(i));
        }
        return query;
    }

    /** @param wanted null for all */
    static Collection<String> only(Handle h, String wanted) {
        return wanted == null ? providers(h) : List.of(Row.storable(wanted));
    }
}
