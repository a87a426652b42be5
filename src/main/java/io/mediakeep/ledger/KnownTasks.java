package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the ledger knows of the tasks of a page, read at once. A poll shows most tasks many times, and one that brings
 * nothing new is not written at all. Nothing of what is compared ever goes back, so an event that was no news when this was
 * read is none later either. Immutable.
 */
final class KnownTasks {
    private final Map<TaskKey, Known> tasks = new HashMap<>();
    private final TaskReads reads;

    private KnownTasks(TaskReads reads) {
        this.reads = reads;
    }

    private record Media(boolean stored, String url, long expiresAt, boolean early) {}

    private record Known(
            TaskStatus status,
            String statusMessage,
            String externalTaskId,
            boolean created,
            String units,
            String model,
            String product,
            boolean polled,
            boolean readDue,
            Map<String, Media> media) {}

    static KnownTasks read(Ledger ledger, TaskReads reads, Collection<TaskEvent> events) {
        KnownTasks known = new KnownTasks(reads);
        Rows keys = new Rows();
        events.forEach(event -> LedgerRows.task(keys, TaskKey.of(event)));
        ledger.read(h -> ledger.query(
                        h, "task-known", Row.of("rows", keys.json()).values())
                .map((rs, context) -> known.add(rs))
                .list());
        return known;
    }

    private Known add(ResultSet rs) throws SQLException {
        TaskKey key = TaskKey.of(rs);
        Known task = tasks.get(key);
        if (task == null) {
            task = new Known(
                    TaskStatus.of(rs.getString("status")).orElseThrow(),
                    rs.getString("status_message"),
                    rs.getString("external_task_id"),
                    Row.number(rs, "created_at") != null,
                    rs.getString("units"),
                    rs.getString("model"),
                    rs.getString("product"),
                    Row.number(rs, "polled_at") != null,
                    Row.number(rs, "read_at") != null,
                    new HashMap<>());
            tasks.put(key, task);
        }
        String media = rs.getString("media_key");
        if (media != null) {
            task.media()
                    .put(
                            media,
                            new Media(
                                    rs.getString("state").equals("stored"),
                                    rs.getString("url"),
                                    rs.getLong("expires_at"),
                                    rs.getInt("early") == 1));
        }
        return task;
    }

    /** Those of the events of a poll that tell something new. */
    List<TaskEvent> news(List<TaskEvent> events) {
        return events.stream().filter(this::isNews).toList();
    }

    private boolean isNews(TaskEvent event) {
        Known task = tasks.get(TaskKey.of(event));
        if (task == null
                || !task.polled()
                || event.status().rank() > task.status().rank()) {
            return true;
        }
        boolean contradicts = event.status().isFinal() && event.status() != task.status();
        boolean watches = !event.status().isFinal()
                && !task.status().isFinal()
                && !task.readDue()
                && reads.isWatched(event.provider());
        boolean says = event.status() == task.status() && adds(task.statusMessage(), event.statusMessage());
        boolean unknown = !event.statusKnown()
                && !task.status().isFinal()
                && !task.readDue()
                && reads.isReadable(event.provider());
        return contradicts
                || unknown
                || watches
                || says
                || adds(task.externalTaskId(), event.externalTaskId())
                || adds(task.units(), event.units())
                || adds(task.model(), event.model())
                || adds(task.product(), event.product())
                || !task.created() && event.createdAt() != null
                || event.media().stream()
                        .anyMatch(media -> isNews(task.media().get(Row.storable(media.key())), media, event.status()));
    }

    private static boolean isNews(Media known, MediaItem media, TaskStatus status) {
        return known == null
                || known.early() && status == TaskStatus.SUCCEEDED
                || !known.stored()
                        && !known.url().equals(Row.storable(media.url()))
                        && known.expiresAt() <= media.expiresAt().toEpochMilli();
    }

    private static boolean adds(String known, String told) {
        return known == null && told != null;
    }
}
