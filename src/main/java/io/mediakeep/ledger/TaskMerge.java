package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.MediaAddress;
import io.mediakeep.event.MediaHost;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One merge of events of different tasks, in the caller's transaction: each statement takes all of them at once, and locks
 * tasks before their media and both in one order. Used by one thread.
 */
final class TaskMerge {
    private static final Logger LOG = LoggerFactory.getLogger(TaskMerge.class);

    private final Ledger ledger;
    private final OutboxLedger outbox;
    private final TaskReads reads;
    private final Handle h;
    private final Seen seen;
    private final boolean hint;
    private final Tally tally = new Tally();

    TaskMerge(Ledger ledger, OutboxLedger outbox, TaskReads reads, Handle h, Seen seen) {
        this.ledger = ledger;
        this.outbox = outbox;
        this.reads = reads;
        this.h = h;
        this.seen = seen;
        this.hint = seen == Seen.HINT;
    }

    /** A task before its event came. */
    private record Before(TaskStatus status, boolean callback) {}

    MergeResult run(List<TaskEvent> events) {
        Map<TaskKey, TaskEvent> all = new LinkedHashMap<>();
        events.forEach(event -> all.put(TaskKey.of(event), event));
        Set<TaskKey> added = insert(ledger, h, seen.firstSeenBy(), tasks(all));
        added.forEach(key -> count(key, null, status(all.get(key))));

        Map<TaskKey, TaskEvent> known = without(all, added);
        Map<TaskKey, Boolean> advanced = known.isEmpty() ? Map.of() : advance(known);
        all.keySet().removeIf(key -> !added.contains(key) && !known.containsKey(key));
        Set<TaskKey> moved = new HashSet<>(added);
        moved.addAll(advanced.keySet());

        Map<TaskKey, TaskEvent> finished = new LinkedHashMap<>(all);
        finished.keySet().retainAll(moved);
        finished.values().removeIf(event -> hint || !event.status().isFinal());
        outbox.addTasks(h, finished.values());

        int media = hint ? 0 : addMedia(all, added, moved);
        if (!hint) {
            settleLetters(all, moved);
            all.values().forEach(event -> reads.unreadable(h, event));
        }
        int asked = 0;
        for (Map.Entry<TaskKey, Boolean> task : advanced.entrySet()) {
            if (task.getValue() && seen != Seen.READ) {
                asked += conflict(all.get(task.getKey()), "failed");
            }
        }
        asked += scheduleReads(all, moved);
        Map<TaskKey, TaskEvent> told = new LinkedHashMap<>(known);
        told.entrySet()
                .removeIf(task -> hint
                        || !task.getValue().statusKnown()
                        || seen != Seen.READ && !advanced.containsKey(task.getKey()));
        reads.settle(h, told.keySet());
        tally.write(h, ledger);
        return new MergeResult(events.size(), added.size(), finished.size(), media, asked);
    }

    /** Writes tasks that are new. Returns their keys. */
    static Set<TaskKey> insert(Ledger ledger, Handle h, String seenBy, Rows tasks) {
        Row row = Row.of("rows", tasks.json()).with("seen_by", seenBy).with("now", ledger.now());
        return new HashSet<>(ledger.query(h, "task-insert", row.values())
                .map((rs, context) -> TaskKey.of(rs))
                .list());
    }

    /** Moves known tasks on, and notes what events add that do not. Returns those that moved, and whether they had failed. */
    private Map<TaskKey, Boolean> advance(Map<TaskKey, TaskEvent> known) {
        Map<TaskKey, Before> before = before(known);
        // One that was forgotten this very moment is left to the next event of it, which finds it unknown.
        known.keySet().retainAll(before.keySet());
        Map<TaskKey, Boolean> advanced = new HashMap<>();
        if (!hint) {
            Row row = stream(tasks(known)).with("ends_watch", seen == Seen.READ ? 0 : 1);
            ledger.query(h, "task-advance", row.values())
                    .map((rs, context) -> advanced.put(TaskKey.of(rs), Row.number(rs, "conflict_at") != null))
                    .list();
        }
        Map<TaskKey, TaskEvent> still = without(known, advanced.keySet());
        if (!still.isEmpty()) {
            ledger.change(h, "task-sight", stream(tasks(still)).values());
        }
        before.forEach((key, old) ->
                count(key, old, advanced.containsKey(key) ? known.get(key).status() : old.status()));
        return advanced;
    }

    private Map<TaskKey, Before> before(Map<TaskKey, TaskEvent> known) {
        Map<TaskKey, Before> before = new HashMap<>();
        Rows keys = new Rows();
        known.keySet().forEach(key -> LedgerRows.task(keys, key));
        ledger.query(h, "task-lock", Row.of("rows", keys.json()).values())
                .map((rs, context) -> before.put(
                        TaskKey.of(rs),
                        new Before(
                                TaskStatus.of(rs.getString("status")).orElseThrow(),
                                Row.number(rs, "callback_at") != null)))
                .list();
        return before;
    }

    private void count(TaskKey key, Before before, TaskStatus after) {
        boolean callback = seen.firstSeenBy().equals("callback");
        if (before != null) {
            tally.task(key.provider(), before.status(), -1);
            if (before.status().isFinal()) {
                tally.ended(key.provider(), before.callback(), -1);
            }
        }
        tally.task(key.provider(), after, 1);
        if (after.isFinal()) {
            tally.ended(key.provider(), callback || before != null && before.callback(), 1);
        }
    }

    /**
     * @param fresh tasks that are new, so that none of their media is known
     * @return how many media are new, are due again or got a fresher URL
     */
    private int addMedia(Map<TaskKey, TaskEvent> all, Set<TaskKey> fresh, Set<TaskKey> moved) {
        OutputNames names = new OutputNames(ledger, h);
        Map<TaskKey, List<MediaItem>> outputs = names.resolve(all, fresh);
        Rows rows = new Rows();
        outputs.forEach((key, media) -> {
            int early = all.get(key).status().isFinal() ? 0 : 1;
            String beside = OutputNames.beside(media);
            media.forEach(one -> describe(LedgerRows.task(rows, key), one)
                    .text("beside", beside)
                    .number("early", early));
        });
        if (rows.isEmpty()) {
            return 0;
        }
        Row row = Row.of("rows", rows.json()).with("now", ledger.now()).with("own", own());
        List<MediaId> added = ledger.query(h, "media-add", row.values())
                .map((rs, context) -> MediaId.of(rs))
                .list();
        added.forEach(media -> tally.media(media.provider(), 1));
        Set<MediaId> news = Set.copyOf(added);
        List<MediaId> again = copyAgain(outputs, all, news);
        Set<TaskKey> changed = new HashSet<>(names.renamed());
        Stream.concat(added.stream(), again.stream())
                .forEach(media -> changed.add(new TaskKey(media.provider(), media.taskId())));
        changed.removeAll(moved);
        changed.forEach(key -> ledger.change(
                h, "task-revise", Row.task(key.provider(), key.taskId()).values()));
        return added.size() + again.size() + freshenUrls(outputs, news);
    }

    /** Whether we read the answer ourselves, with our credentials. */
    private int own() {
        return seen == Seen.READ || seen == Seen.POLL ? 1 : 0;
    }

    /** What was copied before its task ended is not final where the last word names another address. */
    private List<MediaId> copyAgain(
            Map<TaskKey, List<MediaItem>> outputs, Map<TaskKey, TaskEvent> all, Set<MediaId> added) {
        Map<TaskKey, List<MediaItem>> last = new LinkedHashMap<>(outputs);
        last.keySet().removeIf(key -> all.get(key).status() != TaskStatus.SUCCEEDED);
        Rows rows = located(last, added);
        if (rows.isEmpty()) {
            return List.of();
        }
        String json = rows.json();
        Row row = Row.of("rows", json).with("now", ledger.now()).with("own", own());
        List<MediaId> again = ledger.query(h, "media-again", row.values())
                .map((rs, context) -> MediaId.of(rs))
                .list();
        ledger.change(h, "media-settle", Row.of("rows", json).values());
        return again;
    }

    /** Where media that are known may be fetched from by now. */
    private static Rows located(Map<TaskKey, List<MediaItem>> outputs, Set<MediaId> added) {
        Rows rows = new Rows();
        outputs.forEach((key, media) -> media.stream()
                .filter(one -> !added.contains(new MediaId(key.provider(), key.taskId(), one.key())))
                .forEach(one -> LedgerRows.task(rows, key)
                        .text("media_key", one.key())
                        .text("url", one.url())
                        .text("host", MediaHost.of(one.url()))
                        .text("address", MediaAddress.of(one.url()))
                        .number("expires_at", one.expiresAt().toEpochMilli())));
        return rows;
    }

    private int freshenUrls(Map<TaskKey, List<MediaItem>> outputs, Set<MediaId> added) {
        Rows rows = located(outputs, added);
        if (rows.isEmpty()) {
            return 0;
        }
        Row row = Row.of("rows", rows.json())
                .with("fresh", seen == Seen.READ ? 1 : 0)
                .with("own", own())
                .with("now", ledger.now());
        List<GivenUp> wake = ledger.query(h, "media-dead-url", row.values())
                .map((rs, context) -> GivenUp.read(rs))
                .list();
        wake.removeIf(media -> !media.isWorthAnother());
        int changed = ledger.change(h, "media-url", row.values());
        if (own() == 1) {
            ledger.change(h, "media-own", row.values());
        }
        for (GivenUp media : wake) {
            if (reads.deadLetters().wake(h, media.id(), media.wakes() + 1)) {
                LOG.info("{} has another URL and leaves the dead letters", media.id());
            }
        }
        return changed;
    }

    private static Rows describe(Rows row, MediaItem media) {
        return row.text("media_key", media.key())
                .text("kind", media.kind())
                .text("url", media.url())
                .text("host", MediaHost.of(media.url()))
                .text("address", MediaAddress.of(media.url()))
                .text("place", media.place())
                .number("expires_at", media.expiresAt().toEpochMilli())
                .decimal("duration_seconds", media.durationSeconds())
                .number("width", media.width())
                .number("height", media.height())
                .decimal("fps", media.fps());
    }

    /** Letters that say what is true no longer: a task without output has one, an item that nobody could read was read. */
    private void settleLetters(Map<TaskKey, TaskEvent> all, Set<TaskKey> moved) {
        Rows rows = new Rows();
        all.forEach((key, event) -> {
            boolean ended = event.status().isFinal();
            if (ended && !event.media().isEmpty() || event.status() == TaskStatus.FAILED && moved.contains(key)) {
                letter(rows, "task", key);
            }
            if (moved.contains(key) && ended) {
                letter(rows, "payload", new TaskKey(key.provider(), "id:" + key.taskId()));
            }
        });
        if (!rows.isEmpty()) {
            ledger.change(
                    h,
                    "dead-letter-overtaken",
                    Row.of("rows", rows.json()).with("now", ledger.now()).values());
        }
    }

    private static void letter(Rows rows, String kind, TaskKey key) {
        rows.add().text("kind", kind).text("provider", key.provider()).text("letter_key", key.taskId());
    }

    private int scheduleReads(Map<TaskKey, TaskEvent> all, Set<TaskKey> moved) {
        int asked = 0;
        Set<TaskKey> contradicted = contradicted(without(all, moved));
        for (Map.Entry<TaskKey, TaskEvent> task : all.entrySet()) {
            asked += contradicted.contains(task.getKey())
                    ? conflict(task.getValue(), "succeeded")
                    : reads.schedule(h, task.getValue(), seen, moved.contains(task.getKey()));
        }
        return asked;
    }

    /** A failed after a succeeded: the rank holds, and the first time the task is read. */
    private Set<TaskKey> contradicted(Map<TaskKey, TaskEvent> still) {
        if (hint || seen == Seen.READ) {
            return Set.of();
        }
        Rows rows = new Rows();
        still.forEach((key, event) -> {
            if (event.status().isFinal() && reads.isReadable(event.provider())) {
                LedgerRows.task(rows, key).text("status", event.status().word());
            }
        });
        if (rows.isEmpty()) {
            return Set.of();
        }
        Row row = Row.of("rows", rows.json()).with("now", ledger.now());
        return new HashSet<>(ledger.query(h, "task-conflict", row.values())
                .map((rs, context) -> TaskKey.of(rs))
                .list());
    }

    private int conflict(TaskEvent event, String before) {
        LOG.warn(
                "Two final states for task {} of {}: {} and {}; it is read again",
                event.taskId(),
                event.provider(),
                before,
                event.status().word());
        return reads.ask(h, event.provider(), event.taskId(), "conflict");
    }

    private Row stream(Rows rows) {
        return Row.of("rows", rows.json()).with("seen_by", seen.firstSeenBy()).with("now", ledger.now());
    }

    /** A hint is believed nothing but that the task exists. */
    private TaskStatus status(TaskEvent event) {
        return hint ? TaskStatus.SUBMITTED : event.status();
    }

    private Rows tasks(Map<TaskKey, TaskEvent> events) {
        Rows rows = new Rows();
        events.forEach((key, event) -> {
            LedgerRows.task(rows, key)
                    .text("status", status(event).word())
                    .number("rank", status(event).rank())
                    .text("product", event.product());
            if (!hint) {
                rows.text("status_message", event.statusMessage())
                        .text("external_task_id", event.externalTaskId())
                        .number("created_at", Ledger.millis(event.createdAt()))
                        .number("updated_at", Ledger.millis(event.updatedAt()))
                        .text("units", event.units())
                        .text("model", event.model());
            }
        });
        return rows;
    }

    private static Map<TaskKey, TaskEvent> without(Map<TaskKey, TaskEvent> events, Set<TaskKey> keys) {
        Map<TaskKey, TaskEvent> rest = new LinkedHashMap<>(events);
        rest.keySet().removeAll(new ArrayList<>(keys));
        return rest;
    }
}
