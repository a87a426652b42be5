package io.mediakeep.callback;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.Database;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.ledger.CallbackLedger;
import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.CallbackLedger.Told;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.MergeResult;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import io.mediakeep.settings.TestProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The work on several callbacks at once, on a SQLite ledger. */
class CallbackWorkTest {
    @TempDir
    Path directory;

    private String url;
    private Ledger ledger;
    private CallbackLedger callbacks;
    private CallbackWork work;

    @BeforeEach
    void open() {
        url = "jdbc:sqlite:" + directory.resolve("ledger.db");
        Map<String, String> values = TestProvider.values("p", "never", directory);
        values.putAll(TestProvider.values("q", "always", directory));
        Settings settings = TestProvider.settings(values);
        Clock clock = Clock.fixed(Instant.parse("2026-01-02T00:00:00Z"), ZoneOffset.UTC);
        Providers providers = Providers.read(settings, List.of("p", "q"));
        ledger = new Ledger(new Database(settings), clock, "node");
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        callbacks = new CallbackLedger(ledger, deadLetters);
        work = new CallbackWork(
                callbacks,
                new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> true),
                providers,
                new TaskEventReader(providers, new TaskEventSchema(), clock),
                new Counters(new SimpleMeterRegistry()));
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void callbacksOfSeveralProvidersAreMergedTogether() throws Exception {
        Map<String, MergeResult> results = work.merge(told("p/a", "p/b", "q/c"));

        assertThat(results)
                .containsOnly(
                        Map.entry("p", new MergeResult(2, 2, 2, 0, 0)), Map.entry("q", new MergeResult(1, 1, 0, 0, 1)));
        assertThat(texts("SELECT task_id || ' ' || status FROM task ORDER BY 1"))
                .containsExactly("a failed", "b failed", "c submitted");
        assertThat(texts("SELECT DISTINCT state FROM callback")).containsExactly("done");
    }

    @Test
    void oneThatTheLedgerRefusesDoesNotSpoilTheOthers() throws Exception {
        change("CREATE TRIGGER refuse BEFORE INSERT ON task WHEN NEW.task_id = 'bad' "
                + "BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");

        Map<String, MergeResult> results = work.merge(told("p/a", "p/bad", "p/c"));

        assertThat(results).containsOnly(Map.entry("p", new MergeResult(2, 2, 2, 0, 0)));
        assertThat(texts("SELECT task_id FROM task ORDER BY 1")).containsExactly("a", "c");
        assertThat(texts("SELECT state FROM callback ORDER BY id")).containsExactly("done", "dead", "done");
        assertThat(texts("SELECT reason FROM dead_letter")).containsExactly("mapping");
    }

    @Test
    void oneThatCouldNotBeReadIsPassedOver() throws Exception {
        List<Told> some = new ArrayList<>(told("p/a"));
        some.add(0, null);

        assertThat(work.merge(some)).containsOnlyKeys("p");
        assertThat(work.merge(List.of())).isEmpty();
        assertThat(texts("SELECT task_id FROM task")).containsExactly("a");
    }

    /** Recorded, claimed and read callbacks that tell of failed tasks; {@code provider/task}. */
    private List<Told> told(String... tasks) {
        for (String task : tasks) {
            callbacks.record(task.substring(0, 1), task, true, task.getBytes(StandardCharsets.US_ASCII));
        }
        List<Told> told = new ArrayList<>();
        for (Received callback : work.claim()) {
            String task = new String(callback.body(), StandardCharsets.US_ASCII).substring(2);
            told.add(work.read(callback, Map.of("taskId", task, "status", "failed")));
        }
        return told;
    }

    private List<String> texts(String query) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private void change(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
