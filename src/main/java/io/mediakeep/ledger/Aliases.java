package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The other keys under which answers name the media of a task. */
final class Aliases {
    private Aliases() {}

    /** By the key under which the media is kept. */
    static Map<String, List<String>> of(Ledger ledger, Handle h, Row task) {
        Map<String, List<String>> aliases = new TreeMap<>();
        ledger.query(h, "media-aliases", task.values())
                .map((rs, context) -> aliases.computeIfAbsent(rs.getString("media_key"), key -> new ArrayList<>())
                        .add(rs.getString("alias_key")))
                .list();
        return aliases;
    }
}
