package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger in a SQLite file. */
class SqliteLedgerTest extends LedgerContract {
    @TempDir
    static Path directory;

    @BeforeAll
    static void open() {
        open(() -> TestLedger.open("jdbc:sqlite:" + directory.resolve("ledger.db"), "nobody"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "callback-claim",
                "callback-end",
                "callback-postpone",
                "callback-record",
                "callback-revive",
                "dead-letter-replay",
                "manifest-claim",
                "manifest-end",
                "media-add",
                "media-claim",
                "media-give-back",
                "media-of-task",
                "media-revive",
                "media-stored",
                "media-takeover",
                "media-url",
                "media-wake",
                "outbox-claim",
                "outbox-sent",
                "poll-claim",
                "poll-end",
                "task-advance",
                "task-conflict",
                "task-find",
                "task-read-claim",
                "task-read-end",
                "task-read-schedule",
                "task-sight",
                "task-watch"
            })
    void noStatementOfTheHotPathScansATable(String statement) throws Exception {
        String sql = new Sql("sqlite").get(statement).replaceAll(":[a-z_0-9]+", "1");
        List<String> plan = new ArrayList<>();
        try (var connection = ledger.database.open();
                var query = connection.createStatement();
                var rows = query.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (rows.next()) {
                plan.add(rows.getString("detail"));
            }
        }

        // The index of running copies holds a handful of rows, whatever the size of the table.
        assertThat(plan)
                .noneMatch(step -> step.startsWith("SCAN") && !step.equals("SCAN media USING INDEX media_copying"));
        if (statement.endsWith("-claim") && !statement.startsWith("poll")) {
            assertThat(plan).anyMatch(step -> step.contains("_due ("));
        }
    }
}
