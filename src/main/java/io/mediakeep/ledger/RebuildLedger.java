package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.event.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * Brings tasks and media back that their manifests in the bucket tell of. Announces nothing: that was done before. Done again it
 * changes nothing, and a row that knows more than the manifest stays. Thread-safe.
 */
public final class RebuildLedger {
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final Ledger ledger;
    private final DeadLetterLedger deadLetters;
    private final Predicate<String> readable;

    /** @param readable whether a provider's tasks can be read with our own credentials */
    public RebuildLedger(Ledger ledger, DeadLetterLedger deadLetters, Predicate<String> readable) {
        this.ledger = ledger;
        this.deadLetters = deadLetters;
        this.readable = readable;
    }

    /** A task as its manifest tells of it; times may be null where the ledger takes null. */
    public record Task(
            String provider,
            String taskId,
            String status,
            String statusMessage,
            String externalTaskId,
            Instant createdAt,
            Instant updatedAt,
            String units,
            String model,
            String product,
            String firstSeenBy,
            Instant firstSeenAt,
            Instant callbackAt,
            Instant polledAt,
            Instant finishedAt,
            long revision,
            List<Media> media) {
        /** The same task with other media. */
        public Task with(List<Media> others) {
            return new Task(
                    provider,
                    taskId,
                    status,
                    statusMessage,
                    externalTaskId,
                    createdAt,
                    updatedAt,
                    units,
                    model,
                    product,
                    firstSeenBy,
                    firstSeenAt,
                    callbackAt,
                    polledAt,
                    finishedAt,
                    revision,
                    others);
        }
    }

    /** A media of it; {@code object} is null unless it is in the bucket as the manifest says. */
    public record Media(
            String key,
            String kind,
            Double durationSeconds,
            Number width,
            Number height,
            Double fps,
            Instant addedAt,
            Instant expiresAt,
            Instant storedAt,
            MediaLedger.Stored object,
            List<String> aliases) {
        /** The same media, which is not in the bucket. */
        public Media missing() {
            return new Media(key, kind, durationSeconds, width, height, fps, addedAt, expiresAt, null, null, aliases);
        }
    }

    /** Whether the ledger knows of the task at least what a manifest of this revision does. */
    public boolean isKnown(String provider, String taskId, long revision) {
        return ledger.read(
                h -> ledger.query(h, "task-find", Row.task(provider, taskId).values())
                        .map((rs, context) -> rs.getLong("revision") >= revision)
                        .findOne()
                        .orElse(false));
    }

    /** In one transaction. Tasks that are still open, and media that are not in the bucket, are asked for at the provider. */
    public void bringBack(List<Task> tasks) {
        List<Task> sorted = new ArrayList<>(tasks);
        // Everybody locks rows in this order.
        sorted.sort(Comparator.comparing(Task::provider).thenComparing(Task::taskId));
        ledger.write(h -> {
            Tally tally = new Tally();
            sorted.forEach(task -> bringBack(h, task, tally));
            tally.write(h, ledger);
            return null;
        });
    }

    private void bringBack(Handle h, Task task, Tally tally) {
        Map<String, Object> id = Row.task(task.provider(), task.taskId()).values();
        count(h, id, tally, -1);
        put(h, task);
        count(h, id, tally, 1);
    }

    /** What the ledger has of the task, for the counts. */
    private void count(Handle h, Map<String, Object> id, Tally tally, int change) {
        ledger.query(h, "task-find", id)
                .map((rs, context) -> {
                    String provider = rs.getString("provider");
                    TaskStatus status = TaskStatus.of(rs.getString("status")).orElseThrow();
                    tally.task(provider, status, change);
                    if (status.isFinal()) {
                        tally.ended(provider, Row.number(rs, "callback_at") != null, change);
                    }
                    return provider;
                })
                .findOne()
                .ifPresent(provider -> tally.media(
                        provider,
                        change
                                * ledger.query(h, "media-of-task", id)
                                        .map((rs, context) -> rs.getString("media_key"))
                                        .list()
                                        .size()));
    }

    private void put(Handle h, Task task) {
        boolean missing = task.media().stream().anyMatch(media -> media.object() == null);
        Row row = Row.task(task.provider(), task.taskId())
                .with("status", task.status())
                .text("status_message", task.statusMessage())
                .text("external_task_id", task.externalTaskId())
                .number("created_at", Ledger.millis(task.createdAt()))
                .number("updated_at", Ledger.millis(task.updatedAt()))
                .text("units", task.units())
                .text("model", task.model())
                .text("product", task.product())
                .with("seen_by", task.firstSeenBy())
                .with("first_seen_at", task.firstSeenAt().toEpochMilli())
                .number("callback_at", Ledger.millis(task.callbackAt()))
                .number("polled_at", Ledger.millis(task.polledAt()))
                .number("finished_at", Ledger.millis(task.finishedAt()))
                .with("revision", task.revision() + (missing ? 1 : 0))
                .with("manifest", task.revision())
                .with("now", ledger.now());
        if (ledger.change(h, "task-rebuild", row.values()) == 0) {
            return;
        }
        boolean canRead = readable.test(task.provider());
        task.media().forEach(media -> put(h, task, media, canRead));
        boolean ended = task.finishedAt() != null;
        boolean empty = task.status().equals("succeeded") && task.media().isEmpty();
        if (canRead && (missing || !ended || empty)) {
            TaskReads.ask(ledger, h, task.provider(), task.taskId(), "rebuild", ledger.now(), null);
        } else if (empty) {
            deadLetters.add(
                    h,
                    DeadLetter.of("task", task.provider(), task.taskId())
                            .about(task.taskId(), null)
                            .because("no_output", "the manifest says that the task succeeded, but names no media"));
        }
    }

    private void put(Handle h, Task task, Media media, boolean canRead) {
        Row row = Row.task(task.provider(), task.taskId())
                .with("media_key", media.key())
                .with("kind", media.kind())
                .decimal("duration_seconds", media.durationSeconds())
                .number("width", media.width())
                .number("height", media.height())
                .decimal("fps", media.fps())
                .with("added_at", media.addedAt().toEpochMilli())
                .with(
                        "expires_at",
                        Optional.ofNullable(media.expiresAt())
                                .map(Instant::toEpochMilli)
                                .orElse(ledger.now()));
        for (String alias : media.aliases()) {
            Row other = Row.task(task.provider(), task.taskId())
                    .with("alias_key", alias)
                    .with("media_key", media.key());
            ledger.change(h, "media-alias-add", other.values());
        }
        MediaLedger.Stored object = media.object();
        if (object == null) {
            row.with("due_at", canRead ? ledger.in(LONGEST_WAIT) : ledger.now());
            ledger.change(h, "media-rebuild-due", row.values());
            return;
        }
        LedgerRows.object(row.with("stored_at", media.storedAt().toEpochMilli()), object);
        ledger.change(h, "media-rebuild-stored", row.values());
    }
}
