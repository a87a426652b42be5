package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.TestLedger;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a ledger's file must be before anything is written into it. */
class DatabaseCheckTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "3.51.2, false",
        "3.51.3, true",
        "3.54.1, true",
        "4.0.0, true",
        "3.50.6, false",
        "3.50.7, true",
        "3.50.10, true",
        "3.44.5, false",
        "3.44.6, true",
        "3.49.9, false",
        "3.9.9, false"
    })
    void knowsTheReleasesThatCanDamageAFileInWalMode(String version, boolean safe) {
        assertThat(DatabaseCheck.isSafe(version)).isEqualTo(safe);
    }

    /** This file system layer of SQLite has no shared memory, as some network file systems have none. */
    @Test
    void refusesAFileSystemThatHasNoWalMode() {
        assertThatThrownBy(() -> open("jdbc:sqlite:file:" + directory.resolve("l.db") + "?vfs=unix-dotfile"))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("mediakeep.ledger.url must be a SQLite file on a local file system")
                .hasMessageContaining("journal_mode stays 'delete'");
    }

    @ParameterizedTest
    @CsvSource({"synchronous=OFF", "synchronous=NORMAL", "journal_mode=DELETE", "journal_mode=MEMORY"})
    void aUrlCannotWeakenWhatACommitMeans(String pragma) throws Exception {
        try (Database database = open("jdbc:sqlite:" + directory.resolve("l.db") + "?" + pragma);
                var connection = database.open();
                var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("PRAGMA synchronous")) {
                assertThat(row.getInt(1)).isEqualTo(2);
            }
            try (var row = statement.executeQuery("PRAGMA journal_mode")) {
                assertThat(row.getString(1)).isEqualTo("wal");
            }
        } catch (SettingException e) {
            assertThat(e).hasMessageStartingWith("mediakeep.ledger.url must be a SQLite file");
        }
    }

    @Test
    void nobodyButTheOwnerReadsTheFiles() throws Exception {
        Path file = directory.resolve("private.db");
        Settings settings = settings("jdbc:sqlite:" + file);
        try (LedgerLock lock = LedgerLock.take(settings);
                TestLedger ledger = new TestLedger(new Database(settings), new MovableClock(), "node")) {
            assertThat(lock).isNotNull();
            ledger.callbacks.record("vidu", "k", true, new byte[] {1});
            for (String suffix : new String[] {"", "-wal", "-shm", ".lock"}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(file + suffix))))
                        .as("rights of %s%s", file, suffix)
                        .isEqualTo("rw-------");
            }
        }
    }

    private static Database open(String url) {
        return new Database(settings(url));
    }

    private static Settings settings(String url) {
        Map<String, String> settings = Map.of("mediakeep.ledger.url", url);
        return new Settings(name -> Optional.ofNullable(settings.get(name)));
    }
}
