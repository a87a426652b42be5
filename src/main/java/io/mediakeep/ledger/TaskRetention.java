package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets tasks that came to a good end long ago, with their media. Their objects and manifests stay in the bucket. Nothing
 * that is unfinished, dead or still to be read or announced in a manifest is forgotten, however old. Thread-safe.
 */
public final class TaskRetention {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRetention.class);
    private static final String SETTING = "mediakeep.task.retention";
    private static final int GROUP = 200;

    private final Ledger ledger;
    private final Optional<Duration> age;

    /** @param age how long a settled task is kept, empty for ever */
    TaskRetention(Ledger ledger, Optional<Duration> age) {
        this.ledger = ledger;
        this.age = age;
    }

    /**
     * Reads {@code mediakeep.task.retention}.
     *
     * @throws SettingException if a list may show a task for longer than it is remembered: it would be copied again
     */
    public static TaskRetention open(Ledger ledger, Settings settings, Providers providers) {
        if (settings.find(SETTING).filter(text -> !text.equals("0")).isEmpty()) {
            return new TaskRetention(ledger, Optional.empty());
        }
        Duration age = settings.duration(SETTING, Duration.ofDays(1));
        for (ProviderSettings provider : providers.all()) {
            String prefix = "mediakeep." + provider.name();
            if (age.compareTo(provider.pollLookback()) <= 0 || age.compareTo(provider.retention()) <= 0) {
                throw new SettingException(
                        SETTING,
                        "longer than " + prefix + ".poll-lookback and " + prefix
                                + ".retention, because what a list or a callback still shows would be copied again",
                        "is " + settings.text(SETTING));
            }
        }
        return new TaskRetention(ledger, Optional.of(age));
    }

    private record Place(long at, String taskId) {}

    /**
     * Walks through the settled tasks, oldest first, in small groups with a transaction each.
     *
     * @return how many were forgotten
     */
    public int forget() {
        if (age.isEmpty()) {
            return 0;
        }
        long before = ledger.in(age.get().negated());
        int forgotten = 0;
        for (String provider : ledger.read(Counts::providers)) {
            for (TaskStatus status : List.of(TaskStatus.FAILED, TaskStatus.SUCCEEDED)) {
                forgotten += forget(provider, status, before);
            }
        }
        forgetLetters(before);
        if (forgotten > 0) {
            LOG.info(
                    "Forgot {} tasks that were settled more than {} days ago",
                    forgotten,
                    age.get().toDays());
        }
        return forgotten;
    }

    private int forget(String provider, TaskStatus status, long before) {
        int forgotten = 0;
        Place last = new Place(0, "");
        while (true) {
            Row row = Row.of("provider", provider)
                    .with("status", status.word())
                    .with("before", before)
                    .with("after_at", last.at())
                    .with("after_task", last.taskId())
                    .with("limit", GROUP);
            List<Place> old = ledger.read(h -> ledger.query(h, "task-old", row.values())
                    .map((rs, context) -> new Place(rs.getLong("first_seen_at"), rs.getString("task_id")))
                    .list());
            if (old.isEmpty()) {
                return forgotten;
            }
            forgotten += ledger.write(h -> {
                Rows keys = new Rows();
                old.forEach(place -> LedgerRows.task(keys, new TaskKey(provider, place.taskId())));
                String json = keys.json();
                ledger.query(h, "task-lock", Row.of("rows", json).values())
                        .map((rs, context) -> true)
                        .list();
                return forget(h, json, before);
            });
            last = old.get(old.size() - 1);
        }
    }

    private int forget(org.jdbi.v3.core.Handle h, String candidates, long before) {
        record Forgotten(TaskKey key, TaskStatus status, boolean callback) {}
        List<Forgotten> tasks = ledger.query(
                        h,
                        "task-forget",
                        Row.of("rows", candidates).with("before", before).values())
                .map((rs, context) -> new Forgotten(
                        TaskKey.of(rs),
                        TaskStatus.of(rs.getString("status")).orElseThrow(),
                        Row.number(rs, "callback_at") != null))
                .list();
        if (tasks.isEmpty()) {
            return 0;
        }
        Rows keys = new Rows();
        Tally tally = new Tally();
        for (Forgotten task : tasks) {
            LedgerRows.task(keys, task.key());
            tally.task(task.key().provider(), task.status(), -1);
            tally.ended(task.key().provider(), task.callback(), -1);
        }
        Row rows = Row.of("rows", keys.json());
        ledger.change(h, "media-alias-forget", rows.values());
        int media = ledger.change(h, "media-forget", rows.values());
        tally.media(tasks.get(0).key().provider(), -media);
        tally.write(h, ledger);
        return tasks.size();
    }

    /** Letters that were replayed are history. */
    private void forgetLetters(long before) {
        Row row = Row.of("before", before).with("limit", GROUP);
        while (ledger.write(h -> ledger.change(h, "dead-letter-forget", row.values())) == GROUP) {
            // the next group
        }
    }
}
