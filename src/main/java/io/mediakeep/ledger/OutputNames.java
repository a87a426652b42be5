package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.MediaAddress;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Finds out which outputs of an answer the ledger knows under another key: another list, or an answer that had no id yet, may
 * have named them otherwise. Notes the other key as an alias. Used by one thread, in the transaction of a merge.
 */
final class OutputNames {
    /** Of answers with more outputs nobody notes which were named together: they have names of their own. */
    private static final int MOST_BESIDE = 50;

    private final Ledger ledger;
    private final Handle h;
    private final Set<TaskKey> renamed = new HashSet<>();

    OutputNames(Ledger ledger, Handle h) {
        this.ledger = ledger;
        this.h = h;
    }

    private record Known(String key, String kind, String address) {}

    /** Tasks of which a new alias was noted. */
    Set<TaskKey> renamed() {
        return renamed;
    }

    /** The keys of one answer as JSON, null where they are too many. */
    static String beside(List<MediaItem> media) {
        return media.size() > MOST_BESIDE
                ? null
                : media.stream().map(MediaItem::key).collect(Collectors.joining("\",\"", "[\"", "\"]"));
    }

    /**
     * The outputs of each task under the keys that the ledger has or gets.
     *
     * @param fresh tasks of which the ledger knows no media
     */
    Map<TaskKey, List<MediaItem>> resolve(Map<TaskKey, TaskEvent> all, Set<TaskKey> fresh) {
        Map<TaskKey, List<MediaItem>> outputs = new LinkedHashMap<>();
        Rows rows = new Rows();
        all.forEach((key, event) -> {
            outputs.put(key, event.media());
            if (!fresh.contains(key)) {
                event.media().forEach(media -> LedgerRows.task(rows, key).text("media_key", media.key()));
            }
        });
        if (rows.isEmpty()) {
            return outputs;
        }
        Map<TaskKey, Map<String, String>> unknown = new LinkedHashMap<>();
        ledger.query(h, "media-unknown", Row.of("rows", rows.json()).values())
                .map((rs, context) -> unknown.computeIfAbsent(TaskKey.of(rs), key -> new HashMap<>())
                        .put(rs.getString("media_key"), String.valueOf(rs.getString("owner"))))
                .list();
        if (!unknown.isEmpty()) {
            Map<TaskKey, List<Known>> siblings = siblings(unknown.keySet());
            siblings.forEach((key, known) -> outputs.put(key, resolve(key, outputs.get(key), unknown.get(key), known)));
        }
        return outputs;
    }

    private Map<TaskKey, List<Known>> siblings(Set<TaskKey> tasks) {
        Rows rows = new Rows();
        tasks.forEach(task -> LedgerRows.task(rows, task));
        Map<TaskKey, List<Known>> siblings = new LinkedHashMap<>();
        ledger.query(h, "media-siblings", Row.of("rows", rows.json()).values())
                .map((rs, context) -> siblings.computeIfAbsent(TaskKey.of(rs), key -> new ArrayList<>())
                        .add(new Known(rs.getString("media_key"), rs.getString("kind"), rs.getString("address"))))
                .list();
        return siblings;
    }

    /** @param owners for each key that no media has, the media that it is an alias of, "null" for none */
    private List<MediaItem> resolve(
            TaskKey task, List<MediaItem> named, Map<String, String> owners, List<Known> known) {
        Set<String> keys = named.stream().map(MediaItem::key).collect(Collectors.toSet());
        Map<String, String> newKeys = new HashMap<>();
        Set<String> claimed = new HashSet<>();
        for (MediaItem media : named) {
            String owner = owners.get(media.key());
            if (owner != null && !owner.equals("null") && !keys.contains(owner) && claimed.add(owner)) {
                newKeys.put(media.key(), owner);
            }
        }
        for (MediaItem media : named) {
            if (!owners.containsKey(media.key()) || newKeys.containsKey(media.key())) {
                continue;
            }
            String address = MediaAddress.of(media.url());
            known.stream()
                    .filter(one -> address.equals(one.address())
                            && one.kind().equals(media.kind())
                            && !newKeys.containsValue(one.key()))
                    .findFirst()
                    .ifPresent(one -> take(task, media, one.key(), named, newKeys));
        }
        return named.stream()
                .map(media -> newKeys.containsKey(media.key()) ? media.named(newKeys.get(media.key())) : media)
                .toList();
    }

    /**
     * The output is the known one. Where the same answer gives the key of that one to another address, the two have changed
     * places, as outputs without names of their own do; where to the same address, they are two.
     */
    private void take(TaskKey task, MediaItem media, String owner, List<MediaItem> named, Map<String, String> newKeys) {
        MediaItem rival = named.stream()
                .filter(one -> one.key().equals(owner))
                .findFirst()
                .orElse(null);
        if (rival == null) {
            newKeys.put(media.key(), owner);
            note(task, media.key(), owner);
        } else if (!MediaAddress.of(rival.url()).equals(MediaAddress.of(media.url()))) {
            newKeys.put(media.key(), owner);
            newKeys.put(owner, media.key());
        }
    }

    private void note(TaskKey task, String alias, String owner) {
        Row row = Row.task(task.provider(), task.taskId())
                .with("alias_key", alias)
                .with("media_key", owner);
        if (ledger.change(h, "media-alias-add", row.values()) > 0) {
            renamed.add(task);
        }
    }
}
