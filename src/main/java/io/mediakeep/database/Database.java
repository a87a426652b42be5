package io.mediakeep.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.config.Configurable;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * The database under the ledger: a SQLite file or a PostgreSQL server. Runs the migrations when it is opened.
 * Thread-safe.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final String SQLITE = "jdbc:sqlite:";
    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final String OPEN_MODE = SQLiteConfig.Pragma.OPEN_MODE.getPragmaName();
    private static final int READERS = 4;
    private static final int POSTGRESQL_WRITERS = 4;
    private static final int POSTGRESQL_RECORDERS = 2;
    public static final int GROUP = 256;
    /** Above this the write-ahead log of SQLite is cut back when it begins anew; bytes. */
    static final int WAL_BOUND = 64 << 20;

    /** The writer begins it anew from here on, unless a reader holds it: 8 MiB, so that no sync has much to do. */
    private static final int LOG_PAGES = 2_048;

    private final String url;
    private final Properties credentials = new Properties();
    private final boolean sqlite;

    /** Named, not looked up: DriverManager does not see drivers of the class loader that the Camel CLI makes. */
    private final Driver driver;

    private final HikariDataSource readers;

    /** Null for PostgreSQL. */
    private final Checkpoints checkpoints;

    private final LedgerWatch watch;

    /**
     * @throws SettingException if {@code mediakeep.ledger.url} is of no known kind, or its file or server cannot be used
     */
    public Database(Settings settings) {
        url = url(settings);
        sqlite = url.startsWith(SQLITE);
        driver = sqlite ? new org.sqlite.JDBC() : new org.postgresql.Driver();
        settings.find("mediakeep.ledger.user").ifPresent(user -> credentials.setProperty("user", user));
        settings.find("mediakeep.ledger.password").ifPresent(password -> credentials.setProperty("password", password));
        if (sqlite) {
            prepareFile(sqliteFile(url).orElseThrow());
        } else {
            credentials.setProperty("connectTimeout", "5");
            credentials.setProperty("socketTimeout", "30");
            credentials.setProperty("ApplicationName", "mediakeep");
            // The detail of a refused row is the row, with its signed URL.
            credentials.setProperty("logServerErrorDetail", "false");
        }
        try (Connection first = open()) {
            if (sqlite) {
                DatabaseCheck.sqlite(first, sqliteFile(url).orElseThrow());
            } else {
                DatabaseCheck.postgresql(first);
            }
            migrate();
            watch = new LedgerWatch(this);
        } catch (SQLException | FlywayException e) {
            throw new SettingException(
                    "mediakeep.ledger.url", "a database that can be opened and migrated", "failed: " + firstLine(e));
        }
        readers = readers();
        checkpoints = sqlite ? new Checkpoints(this, LOG_PAGES) : null;
    }

    /** @throws SettingException if {@code mediakeep.ledger.url} is of no known kind */
    public static String url(Settings settings) {
        String url = settings.text("mediakeep.ledger.url");
        if (!url.startsWith(SQLITE) && !url.startsWith(POSTGRESQL)) {
            throw new SettingException(
                    "mediakeep.ledger.url", "a URL that starts with " + SQLITE + " or " + POSTGRESQL, "does not");
        }
        return url;
    }

    /** The folder of the statements that differ: {@code sqlite} or {@code postgresql}. */
    public String dialect() {
        return sqlite ? "sqlite" : "postgresql";
    }

    /** How many connections write at a time: SQLite has one writer. */
    int writers() {
        return sqlite ? 1 : POSTGRESQL_WRITERS;
    }

    /**
     * The most writes that share a transaction. PostgreSQL lets commits of different connections share a sync by itself,
     * and a transaction of many writes would lock rows in no order, so that two of them could wait for each other.
     */
    int group() {
        return sqlite ? GROUP : 1;
    }

    /** The statement that begins a writing transaction; SQLite takes the write lock with it, so no later step can lose. */
    String begin() {
        return sqlite ? "BEGIN IMMEDIATE" : "BEGIN";
    }

    /** Whether no other process can have this database open: true for a SQLite file, see {@link LedgerLock}. */
    public boolean isExclusive() {
        return sqlite;
    }

    /** How many connections record alone, with many rows to a transaction; 0: the writers do that. */
    public int recorders() {
        return sqlite ? 0 : POSTGRESQL_RECORDERS;
    }

    /** Opens a connection for a writer that tells of its commits by {@link #committed}, and owns it. */
    Connection openWriter() throws SQLException {
        Connection connection = open();
        try (Statement statement = connection.createStatement()) {
            if (sqlite) {
                statement.execute("PRAGMA wal_autocheckpoint = 0");
            }
            watch.require(connection);
        } catch (SQLException | LedgerUnavailableException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** Tells whether this is still the ledger that was opened. */
    public LedgerWatch watch() {
        return watch;
    }

    /** To be called by a writer after each commit, and after its callers were answered. */
    void committed(Connection writer) {
        if (checkpoints != null) {
            checkpoints.committed(writer);
        }
    }

    /** Opens a connection, which the caller owns. */
    public Connection open() throws SQLException {
        Properties properties = new Properties();
        properties.putAll(credentials);
        if (sqlite) {
            SQLiteConfig config = new SQLiteConfig();
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
            config.setBusyTimeout(3_000);
            config.setJournalSizeLimit(WAL_BOUND);
            config.enforceForeignKeys(true);
            // The file was made at the start; one that has gone since is not to be followed by an empty one.
            config.resetOpenMode(SQLiteOpenMode.CREATE);
            properties.putAll(config.toProperties());
        }
        Connection connection = driver.connect(url, properties);
        if (connection == null) {
            throw new SQLException("the URL is none of the driver's");
        }
        return connection;
    }

    /** Lets the errors of statements name no value: a row has signed URLs in it, and errors are logged and shown. */
    public static void keepValuesOutOfErrors(Configurable<?> jdbi) {
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementExceptions.MessageRendering.NONE);
    }

    /** Connections for reading, outside any transaction. */
    public HikariDataSource pool() {
        return readers;
    }

    @Override
    public void close() {
        if (checkpoints != null) {
            checkpoints.close();
        }
        readers.close();
        watch.close();
    }

    /** The file of a SQLite URL, absolute; empty for another URL. */
    public static Optional<Path> sqliteFile(String url) {
        if (!url.startsWith(SQLITE)) {
            return Optional.empty();
        }
        String name = url.substring(SQLITE.length()).replaceFirst("\\?.*", "");
        return Optional.of(Path.of(name.startsWith("file:") ? name.substring("file:".length()) : name)
                .toAbsolutePath());
    }

    /** The file of a SQLite ledger; null for PostgreSQL. */
    Path file() {
        return sqliteFile(url).orElse(null);
    }

    /** Where it is, for an operator: without parameters, which may hold a password. */
    public String place() {
        return place(url);
    }

    public static String place(String url) {
        return sqliteFile(url)
                .map(Path::toString)
                .orElseGet(() -> url.replaceFirst("\\?.*", "").replaceFirst("//[^/@]*@", "//"));
    }

    /** The write-ahead log beside a SQLite file; null for PostgreSQL. */
    Path walFile() {
        return sqliteFile(url).map(file -> Path.of(file + "-wal")).orElse(null);
    }

    /**
     * Makes the file of a ledger before SQLite does, so that nobody but its owner can read the signed URLs in it. The files
     * beside it get the same rights from SQLite.
     */
    private static void prepareFile(Path file) {
        prepareDirectory(file);
        try {
            PrivateFile.create(file);
        } catch (IOException e) {
            throw new SettingException(
                    "mediakeep.ledger.url",
                    "a file that can be made",
                    "failed: " + e.getClass().getSimpleName());
        }
    }

    /** Makes the directory of a SQLite file, and the one above it; a path of which more is missing is a slip of the pen. */
    static void prepareDirectory(Path file) {
        Path directory = file.getParent();
        try {
            Path above = directory.getParent();
            boolean near = above != null
                    && (Files.isDirectory(above) || above.getParent() != null && Files.isDirectory(above.getParent()));
            if (near) {
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            // said below
        }
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new SettingException(
                    "mediakeep.ledger.url",
                    "a file in a directory that exists and can be written",
                    "its directory " + directory + (Files.isDirectory(directory) ? " is read-only" : " is missing"));
        }
    }

    private void migrate() {
        Flyway.configure(Database.class.getClassLoader())
                .dataSource(url, credentials.getProperty("user"), credentials.getProperty("password"))
                .locations("classpath:io/mediakeep/migration/" + dialect())
                .sqlMigrationPrefix("")
                .sqlMigrationSeparator("_")
                .table("migration")
                .failOnMissingLocations(true)
                .connectRetries(0)
                .load()
                .migrate();
    }

    private HikariDataSource readers() {
        HikariConfig config = new HikariConfig();
        config.setPoolName("ledger");
        config.setDriverClassName(driver.getClass().getName());
        config.setJdbcUrl(url);
        Properties properties = new Properties();
        properties.putAll(credentials);
        if (sqlite) {
            SQLiteConfig existing = new SQLiteConfig();
            existing.resetOpenMode(SQLiteOpenMode.CREATE);
            properties.setProperty(OPEN_MODE, existing.toProperties().getProperty(OPEN_MODE));
        }
        config.setDataSourceProperties(properties);
        config.setMaximumPoolSize(READERS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Duration.ofSeconds(3).toMillis());
        config.setInitializationFailTimeout(-1);
        if (sqlite) {
            config.setConnectionInitSql("PRAGMA busy_timeout = 3000");
        }
        return new HikariDataSource(config);
    }

    /** Brings the write-ahead log back into the file; SQLite only. */
    public void checkpoint(Connection connection) throws SQLException {
        if (sqlite) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
    }

    private static String firstLine(Exception e) {
        String message = e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getMessage().strip();
        return message.lines().findFirst().orElse("").replaceAll("password=[^&\\s]*", "password=...");
    }
}
