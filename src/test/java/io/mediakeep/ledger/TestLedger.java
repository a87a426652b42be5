package io.mediakeep.ledger;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;

import io.mediakeep.database.Database;
import io.mediakeep.database.Row;
import io.mediakeep.digest.Checksum;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One node's view of a ledger: every class of the package over one database. Suno has no list, so it is watched. */
public final class TestLedger implements AutoCloseable {
    static final Duration MEDIA_LEASE = Duration.ofSeconds(60);
    static final Duration WATCH = Duration.ofSeconds(30);
    static final Instant EXPIRY = MovableClock.START.plus(Duration.ofDays(1));
    public static final MediaLedger.Stored OBJECT = new MediaLedger.Stored(
            "vidu/t/k.mp4", 7, new Checksum(SHA256, "ab".repeat(32)), "video/mp4", "cdn.example");

    final MovableClock clock;
    public final Database database;
    public final Ledger ledger;
    final OutboxLedger outbox;
    final DeadLetterLedger deadLetters;
    public final CallbackLedger callbacks;
    final Runs runs;
    public final TaskLedger tasks;
    public final MediaLedger media;
    final UploadLedger uploads;
    final CareLedger care;
    public final PollLedger polls;
    final ManifestLedger manifests;
    public final LedgerQueries queries;

    public TestLedger(Database database, MovableClock clock, String node) {
        this.clock = clock;
        this.database = database;
        ledger = new Ledger(database, clock, node);
        outbox = new OutboxLedger(ledger);
        deadLetters = new DeadLetterLedger(ledger, outbox);
        callbacks = new CallbackLedger(ledger, deadLetters);
        runs = new Runs(ledger, MEDIA_LEASE, Duration.ofSeconds(10));
        tasks = new TaskLedger(
                ledger,
                outbox,
                deadLetters,
                provider -> provider.equals("suno") ? WATCH : Duration.ZERO,
                provider -> !provider.equals("blind"));
        media = new MediaLedger(ledger, outbox, deadLetters, MEDIA_LEASE);
        uploads = new UploadLedger(ledger);
        care = new CareLedger(ledger);
        polls = new PollLedger(ledger);
        manifests = new ManifestLedger(ledger);
        queries = new LedgerQueries(ledger);
    }

    public static Database open(String url, String user) {
        Map<String, String> settings = Map.of("mediakeep.ledger.url", url, "mediakeep.ledger.user", user);
        return new Database(new Settings(name -> Optional.ofNullable(settings.get(name))));
    }

    /** Makes the tables as empty as a migration leaves them. */
    static void empty(Database database) throws SQLException {
        try (Connection connection = database.open();
                Statement sql = connection.createStatement()) {
            for (String table : List.of(
                    "callback",
                    "task",
                    "media",
                    "media_part",
                    "media_alias",
                    "discarded_object",
                    "discarded_upload",
                    "dead_letter",
                    "outbox",
                    "poll",
                    "tally",
                    "accepted_host",
                    "run")) {
                sql.execute("DELETE FROM " + table);
            }
        }
    }

    public static TaskEvent event(String taskId, TaskStatus status, MediaItem... media) {
        return event("vidu", taskId, status, media);
    }

    public static TaskEvent event(String provider, String taskId, TaskStatus status, MediaItem... media) {
        return new TaskEvent(
                provider, taskId, status, true, null, null, null, null, null, null, null, false, List.of(media));
    }

    static TaskEvent unknown(String taskId) {
        return new TaskEvent(
                "vidu",
                taskId,
                TaskStatus.SUBMITTED,
                false,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false,
                List.of());
    }

    public static MediaItem item(String key) {
        return item(key, "https://cdn.example/" + key, EXPIRY);
    }

    public static MediaItem item(String key, String url, Instant expiresAt) {
        return new MediaItem(key, "video", url, expiresAt, null, null, null, null);
    }

    /** An output that the mapping counted among those of its role. */
    static MediaItem placed(String key, String url, String place) {
        return new MediaItem(key, "video", url, EXPIRY, null, null, null, null, place);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A task with one media that this node has claimed. */
    public MediaLedger.Claimed claimedMedia(String taskId) {
        tasks.merge(event(taskId, TaskStatus.SUCCEEDED, item("k")), Seen.CALLBACK);
        return media.claim(1).get(0);
    }

    /** Ends a callback that tells of nothing. Returns false if its claim was taken over, or it has ended. */
    boolean done(CallbackLedger.Received callback) {
        Row row = Row.of("id", callback.id()).with("fence", callback.fence()).with("state", "done");
        return ledger.write(h -> ledger.change(h, "callback-end", row.values()) == 1);
    }

    Map<String, Object> task(String taskId) {
        return task("vidu", taskId);
    }

    Map<String, Object> task(String provider, String taskId) {
        return queries.task(provider, taskId).orElseThrow();
    }

    String status(String taskId) {
        return (String) task(taskId).get("status");
    }

    String readReason(String taskId) {
        return text("SELECT read_reason FROM task WHERE task_id = ?", taskId);
    }

    public long count(String from, Object... values) {
        return Long.parseLong(text("SELECT count(*) FROM " + from, values));
    }

    /** The first column of the first row, null where there is none. */
    String text(String sql, Object... values) {
        List<String> found = texts(sql, values);
        return found.isEmpty() ? null : found.get(0);
    }

    public List<String> texts(String sql, Object... values) {
        return ledger.read(h -> {
            var query = h.createQuery(sql);
            for (int i = 0; i < values.length; i++) {
                query.bind(i, values[i]);
            }
            return query.map((rs, context) -> rs.getString(1)).list();
        });
    }

    /** Runs on a connection of its own, in no transaction. */
    void execute(String statement) throws SQLException {
        try (Connection connection = database.open();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    @Override
    public void close() {
        ledger.close();
    }
}
