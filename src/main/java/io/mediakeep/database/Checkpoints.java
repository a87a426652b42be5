package io.mediakeep.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps SQLite's write-ahead log short. A thread copies it into the file beside the writer, so that no commit waits for
 * that. As the writer goes on meanwhile, the log never comes to its end that way; so once it is long, the writer itself
 * copies the little that is left, and begins the log anew. Thread-safe.
 */
final class Checkpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final long PAUSE_MILLIS = 50;
    /** So few commits wait for more, at most {@link #PATIENCE_NANOS}. */
    private static final int FEW = 32;

    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long RETRY_NANOS = 100_000_000L;
    /** Each leaves less to be done, as the one before took longer. */
    private static final int PASSES = 3;

    private final Database database;
    private final int pages;
    private final Thread thread;
    private final AtomicInteger commits = new AtomicInteger();
    private volatile boolean full;
    private volatile long retryAt;

    /** @param pages length of the log from which on the writer begins it anew */
    Checkpoints(Database database, int pages) {
        this.database = database;
        this.pages = pages;
        thread = new Thread(this::serve, "ledger-checkpoint");
        thread.setDaemon(true);
        thread.start();
    }

    /** To be called by the writer after each commit; usually does nothing. */
    void committed(Connection writer) {
        commits.incrementAndGet();
        if (full && System.nanoTime() - retryAt >= 0) {
            try {
                full = !pass(writer).complete();
                retryAt = System.nanoTime() + RETRY_NANOS;
            } catch (SQLException e) {
                LOG.debug("A checkpoint failed", e);
            }
        }
    }

    /** @param log pages in the write-ahead log, of which so many are in the file too */
    record Pass(int log, int copied) {
        boolean complete() {
            return log == copied;
        }
    }

    static Pass pass(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
            row.next();
            return new Pass(row.getInt(2), row.getInt(3));
        }
    }

    private void serve() {
        Connection connection = null;
        long last = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                // Paced on purpose: woken by each commit it would take turns with the writer. Closing interrupts it.
                Thread.sleep(PAUSE_MILLIS);
                boolean due = commits.get() >= FEW || System.nanoTime() - last >= PATIENCE_NANOS;
                if (full || !due || commits.getAndSet(0) == 0) {
                    continue;
                }
                if (connection == null) {
                    connection = database.open();
                }
                boolean isLong = pass(connection).log() >= pages;
                for (int more = 1; isLong && more < PASSES; more++) {
                    pass(connection);
                }
                last = System.nanoTime();
                retryAt = last;
                full = isLong;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                // The log grows until it works again; a disk that is full is told by the writes.
                LOG.debug("A checkpoint failed", e);
                close(connection);
                connection = null;
            }
        }
        close(connection);
    }

    private static void close(Connection connection) {
        try (Connection old = connection) {
            // null is fine
        } catch (SQLException e) {
            LOG.debug("Closing a ledger connection failed", e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
