package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.TestLedger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The write-ahead log of a ledger under load, with readers that hold it. */
class WriteAheadLogTest {
    private static final long BOUND = 1 << 20;

    @TempDir
    Path directory;

    private TestLedger ledger;
    private WriteAheadLog log;
    private int written;

    @BeforeEach
    void open() {
        ledger = new TestLedger(
                TestLedger.open("jdbc:sqlite:" + directory.resolve("ledger.db"), "nobody"), new MovableClock(), "node");
        log = new WriteAheadLog(ledger.database, BOUND);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void isEmptiedWhenASlowReaderHasEnded() throws Exception {
        try (Connection reader = ledger.database.open()) {
            begin(reader);
            write(8 * BOUND);
            assertThat(log.size()).isGreaterThan(8 * BOUND);
            assertThat(log.keepBounded()).as("while the reader holds it").isFalse();
            assertThat(ledger.callbacks.record("vidu", "in between", true, new byte[] {1}))
                    .isTrue();
        }

        // A checkpoint in the background may hold it a moment longer.
        await().until(log::keepBounded);
        assertThat(log.size()).isZero();
        write(BOUND / 2);
        assertThat(ledger.count("callback")).isEqualTo(written + 1L);
    }

    /** There is no moment without a reader, so SQLite by itself may never begin the log anew. */
    @Test
    void staysBoundedWhileReadersFollowEachOtherWithoutAGap() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger turns = new AtomicInteger();
        CompletableFuture<Void> readers = CompletableFuture.runAsync(() -> {
            try (Connection one = ledger.database.open();
                    Connection other = ledger.database.open()) {
                begin(one);
                while (!over.get()) {
                    boolean even = turns.incrementAndGet() % 2 == 0;
                    begin(even ? one : other);
                    end(even ? other : one);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        long largest = 0;
        try {
            for (int turn = 0; turn < 10; turn++) {
                write(2 * BOUND);
                log.keepBounded();
                largest = Math.max(largest, log.size());
            }
        } finally {
            over.set(true);
            readers.join();
        }
        assertThat(turns).hasPositiveValue();
        assertThat(largest).isLessThan(3 * BOUND);
    }

    @Test
    void doesNothingBelowTheBound() throws Exception {
        write(BOUND / 4);
        long before = log.size();
        assertThat(log.keepBounded()).isTrue();
        assertThat(log.size()).isEqualTo(before).isPositive();
    }

    private void write(long bytes) {
        for (long sum = 0; sum < bytes; sum += 64 << 10) {
            ledger.callbacks.record("vidu", "k" + written++, true, new byte[64 << 10]);
        }
    }

    private static void begin(Connection reader) throws SQLException {
        try (Statement statement = reader.createStatement()) {
            statement.execute("BEGIN");
        }
        look(reader);
    }

    private static void end(Connection reader) throws SQLException {
        try (Statement statement = reader.createStatement()) {
            statement.execute("COMMIT");
        }
    }

    private static void look(Connection reader) throws SQLException {
        try (Statement statement = reader.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM poll")) {
            row.next();
        }
    }
}
