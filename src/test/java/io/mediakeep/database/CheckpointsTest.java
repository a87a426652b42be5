package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mediakeep.ledger.TestLedger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQLite's write-ahead log under a writer that never rests. */
class CheckpointsTest {
    private static final int PAGES = 200;

    @TempDir
    Path directory;

    private Database database;
    private Connection writer;
    private Statement sql;

    @BeforeEach
    void open() throws SQLException {
        database = TestLedger.open("jdbc:sqlite:" + directory.resolve("ledger.db"), "nobody");
        writer = database.openWriter();
        sql = writer.createStatement();
        sql.execute("CREATE TABLE page (raw BLOB)");
    }

    @AfterEach
    void close() throws SQLException {
        writer.close();
        database.close();
    }

    @Test
    void aCommitDoesNotCheckpoint() throws SQLException {
        for (int i = 0; i < 2_000; i++) {
            sql.execute("INSERT INTO page VALUES (zeroblob(3000))");
        }

        // SQLite itself would have begun the log anew after 1,000 pages.
        assertThat(length(writer)).isGreaterThan(2_000);
    }

    @Test
    void aLongLogIsBegunAnewWhileTheWriterGoesOn() throws SQLException {
        try (Checkpoints checkpoints = new Checkpoints(database, PAGES);
                Connection other = database.open()) {
            AtomicInteger longest = new AtomicInteger();
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        write(checkpoints);
                        int log = length(other);
                        return longest.getAndAccumulate(log, Math::max) >= PAGES && log < PAGES;
                    });
        }
    }

    @Test
    void aReaderPutsTheEndOffAndDoesNotStopTheWriter() throws SQLException {
        try (Checkpoints checkpoints = new Checkpoints(database, PAGES);
                Connection reader = database.open();
                Connection other = database.open();
                Statement snapshot = reader.createStatement()) {
            write(checkpoints);
            snapshot.execute("BEGIN");
            snapshot.executeQuery("SELECT count(*) FROM page").close();
            fill(checkpoints);
            fill(checkpoints);
            assertThat(Checkpoints.pass(other).complete()).isFalse();

            snapshot.execute("ROLLBACK");
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> {
                        write(checkpoints);
                        return length(other) < PAGES;
                    });
        }
    }

    /** Pages in the log, without touching it. */
    private static int length(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(NOOP)")) {
            row.next();
            return row.getInt(2);
        }
    }

    private void fill(Checkpoints checkpoints) throws SQLException {
        for (int i = 0; i < PAGES; i++) {
            write(checkpoints);
        }
    }

    private void write(Checkpoints checkpoints) throws SQLException {
        sql.execute("INSERT INTO page VALUES (zeroblob(3000))");
        checkpoints.committed(writer);
    }
}
