package io.mediakeep.database;

import io.mediakeep.failure.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the write-ahead log of a SQLite ledger bounded. SQLite begins it anew by itself at a write that finds no reader in
 * it; readers that follow each other without a gap could let it grow for ever. A reader that stays keeps it growing in any
 * case, so that is told. Thread-safe.
 */
public final class WriteAheadLog {
    private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);

    /** Writers wait meanwhile, and a callback waits 3 s for its commit at most. */
    private static final int PATIENCE_MILLIS = 200;

    private static final String GROWS = "The ledger's write-ahead log is long";

    private final Trouble trouble = new Trouble(LOG, Clock.systemUTC());
    private final Database database;
    private final long bound;

    public WriteAheadLog(Database database) {
        this(database, Database.WAL_BOUND);
    }

    WriteAheadLog(Database database, long bound) {
        this.database = database;
        this.bound = bound;
    }

    /** Bytes of the file; 0 without one, as on PostgreSQL. */
    public long size() {
        Path file = database.walFile();
        try {
            return file == null ? 0 : Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Empties the file if it is larger than the bound.
     *
     * @return false if a reader kept it from that
     */
    public boolean keepBounded() {
        long before = size();
        if (before <= bound) {
            trouble.well(GROWS);
            return true;
        }
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + PATIENCE_MILLIS);
            try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                if (row.next() && row.getInt("busy") == 0) {
                    LOG.info("Emptied the ledger's write-ahead log of {} MiB", before >> 20);
                    return true;
                }
            }
        } catch (SQLException e) {
            trouble.failed(GROWS, "of " + (before >> 20) + " MiB, which cannot be emptied: " + e.getMessage());
            return false;
        }
        trouble.failed(
                GROWS,
                "of " + (before >> 20)
                        + " MiB, because a reader needs all of it: look for an open backup or shell on the ledger");
        return false;
    }
}
