package io.mediakeep.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the ledger is still the one that this process has opened. A SQLite file that was removed or replaced goes on taking
 * commits which nobody will find again, and a database whose schema was dropped may be followed by another of its name. Once
 * that is seen, the ledger takes and gives nothing; if it does not come back within a minute, the process ends. Thread-safe.
 */
public final class LedgerWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerWatch.class);
    private static final long PAUSE_MILLIS = 1_000;
    static final Duration GRACE = Duration.ofSeconds(60);

    private final Database database;
    private final String mark;
    /** Holds SQLite's write-ahead log in being, so that no last connection removes it. Null for PostgreSQL. */
    private final Connection anchor;
    /** What identifies each file of a SQLite ledger; empty for PostgreSQL. */
    private final Map<Path, Object> keys = new LinkedHashMap<>();

    /** Of PostgreSQL, kept from look to look. */
    private Connection connection;

    private volatile String problem;
    private long lostAt;
    private boolean ended;
    private Thread thread;

    /** Marks the ledger. To be made once the database is migrated. */
    LedgerWatch(Database database) throws SQLException {
        this.database = database;
        Connection opened = database.open();
        try {
            mark = mark(opened, database.isExclusive());
            Path file = database.file();
            if (file != null) {
                for (Path one : new Path[] {file, database.walFile()}) {
                    keys.put(one, key(one));
                }
            }
        } catch (SQLException | IOException e) {
            opened.close();
            throw e instanceof SQLException sql ? sql : new SQLException("its files cannot be looked at", e);
        }
        anchor = database.isExclusive() ? opened : null;
        connection = database.isExclusive() ? null : opened;
    }

    private static String mark(Connection connection, boolean exclusive) throws SQLException {
        String sql = "INSERT INTO ledger_mark (one, mark) VALUES (1, ?) ON CONFLICT (one) DO "
                + (exclusive ? "UPDATE SET mark = excluded.mark" : "NOTHING");
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, UUID.randomUUID().toString());
            insert.executeUpdate();
        }
        return read(connection);
    }

    /** Null if the row is not there. */
    private static String read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT mark FROM ledger_mark")) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** Looks every second from now on. @param end what ends this process when the ledger stays away */
    public void begin(Runnable end) {
        thread = new Thread(
                () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        look(System::nanoTime, end);
                        try {
                            // A thread of its own: a timer route would end with the context that it may have to end.
                            Thread.sleep(PAUSE_MILLIS);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                },
                "ledger-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** What has become of the ledger, for an operator; null while it is in place. */
    public String problem() {
        return problem;
    }

    /**
     * Whether the files are those that were opened: a look at their directory entries, which costs microseconds, so that no
     * commit is told of that went into a file without a name. Says what a look has found for PostgreSQL.
     */
    boolean isInPlace() {
        if (problem == null && !keys.isEmpty()) {
            String found = files();
            if (found != null) {
                lost(found, System.nanoTime());
            }
        }
        return problem == null;
    }

    /** @throws LedgerUnavailableException if this fresh connection leads to another ledger */
    void require(Connection fresh) throws SQLException {
        if (!isInPlace() || keys.isEmpty() && !mark.equals(read(fresh))) {
            throw new LedgerUnavailableException(problem == null ? "it is another ledger" : problem, null);
        }
    }

    /** One look; {@code end} is run once, when the ledger has been away for {@link #GRACE}. */
    public void look(LongSupplier nanos, Runnable end) {
        String found = keys.isEmpty() ? server() : sqlite();
        long now = nanos.getAsLong();
        if (found == null) {
            back();
        } else if (found != UNKNOWN) {
            lost(found, now);
        }
        synchronized (this) {
            if (problem == null || ended || now - lostAt < GRACE.toNanos()) {
                return;
            }
            ended = true;
        }
        LOG.error(
                "{} and did not come back within {} s: this process ends. Put the ledger back, or start without it, which"
                        + " begins an empty one",
                problem,
                GRACE.toSeconds());
        end.run();
    }

    private static final String UNKNOWN = "unknown";

    private String files() {
        for (Map.Entry<Path, Object> one : keys.entrySet()) {
            try {
                if (!Objects.equals(key(one.getKey()), one.getValue())) {
                    return "the ledger's file " + one.getKey() + " was replaced";
                }
            } catch (NoSuchFileException e) {
                return "the ledger's file " + one.getKey() + " was removed";
            } catch (IOException e) {
                return "the ledger's file " + one.getKey() + " cannot be looked at: "
                        + e.getClass().getSimpleName();
            }
        }
        return null;
    }

    private String sqlite() {
        String found = files();
        if (found != null) {
            return found;
        }
        // A connection of its own: one that was open before would answer from what it has in memory.
        try (Connection fresh = database.open()) {
            return judge(read(fresh));
        } catch (SQLException e) {
            return Transient.isConnection(e) ? UNKNOWN : other();
        }
    }

    private String server() {
        try {
            if (connection == null) {
                connection = database.open();
            }
            return judge(read(connection));
        } catch (SQLException e) {
            drop();
            // No such table, schema or database. Whatever else keeps the server from answering says nothing of the
            // ledger.
            String state = String.valueOf(e.getSQLState());
            return state.equals("42P01") || state.equals("3F000") || state.equals("3D000") ? other() : UNKNOWN;
        }
    }

    private String judge(String found) {
        return mark.equals(found) ? null : other();
    }

    private String other() {
        Path file = database.file();
        return file == null
                ? "the ledger's schema was dropped, or another database has taken its name"
                : "the content of the ledger's file " + file + " was replaced, or another process uses it";
    }

    private synchronized void lost(String found, long now) {
        if (problem == null) {
            problem = found;
            lostAt = now;
            LOG.error(
                    "{}: callbacks are answered 503 and nothing else is done; in {} s this process ends",
                    found,
                    GRACE.toSeconds());
        }
    }

    private synchronized void back() {
        if (problem != null) {
            problem = null;
            LOG.warn("The ledger is back in its place");
        }
    }

    /** Inode and device where there are such; on other systems when the file was made. */
    private static Object key(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return found.fileKey() == null ? found.creationTime() : found.fileKey();
    }

    private void drop() {
        try (Connection old = connection) {
            // null is fine
        } catch (SQLException e) {
            LOG.debug("Closing a ledger connection failed", e);
        }
        connection = null;
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        drop();
        try (Connection old = anchor) {
            // null is fine
        } catch (SQLException e) {
            LOG.debug("Closing a ledger connection failed", e);
        }
    }
}
