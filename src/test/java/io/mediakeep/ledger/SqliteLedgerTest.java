package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerLock;
import io.mediakeep.database.Sql;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger in a SQLite file. */
class SqliteLedgerTest extends LedgerContract {
    @TempDir
    static Path directory;

    @BeforeAll
    static void open() {
        open(name -> TestLedger.open("jdbc:sqlite:" + directory.resolve(name + ".db"), "nobody"));
    }

    @Test
    void aFileBelongsToOneProcess() throws Exception {
        Settings settings =
                new Settings(name -> Optional.of("jdbc:sqlite:" + directory.resolve("locked.db") + "?cache=private"));
        try (LedgerLock held = LedgerLock.take(settings)) {
            assertThatThrownBy(() -> LedgerLock.take(settings))
                    .isInstanceOf(SettingException.class)
                    .hasMessageContaining("mediakeep.ledger.url");
            assertThat(held).isNotNull();
        }
        LedgerLock.take(settings).close();
    }

    @Test
    void aFileThatIsNoDatabaseIsRefusedWithTheSetting() throws Exception {
        Path file = directory.resolve("broken.db");
        Files.writeString(file, "this is no database, but long enough to be taken for one".repeat(20));

        assertThatThrownBy(() -> TestLedger.open("jdbc:sqlite:" + file, "nobody"))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("mediakeep.ledger.url");
    }

    @Test
    void aFolderAndTheOneAboveItAreMadeAndNoMore() {
        TestLedger.open("jdbc:sqlite:" + directory.resolve("data/demo/ledger.db"), "nobody")
                .close();

        assertThatThrownBy(() -> TestLedger.open("jdbc:sqlite:" + directory.resolve("no/such/folder/l.db"), "nobody"))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("its directory ");
    }

    @Test
    void aPasswordInTheUrlIsNotShown() {
        try (Database sqlite = TestLedger.open("jdbc:sqlite:" + directory.resolve("shown.db"), "nobody")) {
            assertThat(sqlite.place()).isEqualTo(directory.resolve("shown.db").toString());
        }
        assertThat(Database.place("jdbc:postgresql://user:s3cret@db.example:5432/mediakeep?user=a&password=s3cret"))
                .isEqualTo("jdbc:postgresql://db.example:5432/mediakeep");
    }

    @ParameterizedTest
    @EnumSource
    void aStartTakesUpWhatTheLastRunHadClaimed(Station station) {
        List<String> names = station.fill(ledger, 3);
        station.claim(ledger, 10);
        assertThat(station.claim(ledger, 10)).isEmpty();
        Recovery.run(ledger.ledger, ledger.runs);

        assertThat(station.claim(ledger, 10)).containsExactlyInAnyOrderElementsOf(names);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "callback-claim",
                "callback-absolve",
                "callback-blame",
                "callback-suspects-due",
                "callback-take-up",
                "host-dead",
                "host-refused",
                "host-wake",
                "media-absolve",
                "media-began",
                "media-dead-url",
                "media-take-back",
                "suspects-at-work",
                "vitals-hosts",
                "callback-end",
                "callback-postpone",
                "callback-record",
                "callback-revive",
                "dead-letter-replay",
                "manifest-claim",
                "manifest-end",
                "media-add",
                "media-claim",
                "media-held",
                "media-part-note",
                "media-parts",
                "media-parts-forget",
                "media-suspects-due",
                "media-upload",
                "media-upload-discard",
                "media-upload-find",
                "media-upload-forget",
                "upload-aborted",
                "media-lane-head",
                "media-lanes",
                "media-later-any",
                "media-ready",
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
                "tally-add",
                "task-advance",
                "task-conflict",
                "task-forget",
                "task-old",
                "task-oldest-open",
                "media-counts",
                "media-forget",
                "dead-letter-forget",
                "task-find",
                "task-known",
                "task-lock",
                "task-read-claim",
                "task-watch-claim",
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

        // The indexes of running copies, of suspects and of what waits for a host hold few rows, whatever the size of
        // the table; json_each is what came in, "due" what a claim found.
        assertThat(plan)
                .noneMatch(step -> step.startsWith("SCAN")
                        && !step.startsWith("SCAN json_each ")
                        && !List.of(
                                        "SCAN media USING INDEX media_copying",
                                        "SCAN media USING INDEX media_suspect",
                                        "SCAN media USING INDEX media_refused_host",
                                        "SCAN callback USING INDEX callback_suspect",
                                        "SCAN first",
                                        "SCAN due",
                                        "SCAN CONSTANT ROW",
                                        "SCAN lane")
                                .contains(step));
        if (statement.endsWith("-claim") && !statement.startsWith("poll")) {
            assertThat(plan).anyMatch(step -> step.contains("_due ("));
        }
    }
}
