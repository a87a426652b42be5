package io.mediakeep.database;

import io.mediakeep.settings.SettingException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/**
 * Whether a database keeps what it has committed, looked at before it is migrated. Whether the file as a whole is sound is
 * not looked at: that takes a read of all of it, so {@link Backup} does it.
 */
final class DatabaseCheck {
    private static final String SETTING = "mediakeep.ledger.url";

    /**
     * SQLite 3.51.3 of 2026-03-13 mends the WAL-reset bug (https://sqlite.org/wal.html#walresetbug), by which a checkpoint
     * that meets a commit of another connection can lose that commit or damage the file. 3.50.7 and 3.44.6 have the same fix.
     */
    private static final int[] SAFE = {3, 51, 3};

    private static final int[][] ALSO_SAFE = {{3, 50, 7}, {3, 44, 6}};

    /** The first with MATERIALIZED, which the claims are written with. */
    private static final int OLDEST_POSTGRESQL = 12;

    private DatabaseCheck() {}

    /** @throws SettingException if commits to the file could be lost */
    static void sqlite(Connection connection, Path file) throws SQLException {
        String version = text(connection, "SELECT sqlite_version()");
        if (!isSafe(version)) {
            throw new SettingException(
                    SETTING,
                    "opened by SQLite 3.51.3 or later, or by 3.50.7 or 3.44.6 of older lines, because others can damage a"
                            + " file in WAL mode",
                    "the sqlite-jdbc on the class path has " + version);
        }
        String mode = text(connection, "PRAGMA journal_mode");
        if (!mode.equalsIgnoreCase("wal")) {
            throw new SettingException(
                    SETTING,
                    "a SQLite file on a local file system that takes WAL mode, without pragmas in the URL",
                    "journal_mode stays '" + mode + "' for " + file);
        }
        String synchronous = text(connection, "PRAGMA synchronous");
        if (!synchronous.equals("2")) {
            throw new SettingException(
                    SETTING, "a SQLite file opened with synchronous=FULL (2)", "synchronous is " + synchronous);
        }
    }

    /** @throws SettingException if the server is too old, or takes no writes */
    static void postgresql(Connection connection) throws SQLException {
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < OLDEST_POSTGRESQL) {
            throw new SettingException(
                    SETTING, "a PostgreSQL server of version " + OLDEST_POSTGRESQL + " or later", "it is " + version);
        }
        if (text(connection, "SHOW transaction_read_only").equals("on")) {
            throw new SettingException(
                    SETTING, "a PostgreSQL server that takes writes", "it is read-only, such as a standby");
        }
    }

    static boolean isSafe(String version) {
        int[] parts =
                Arrays.stream(version.split("\\.")).mapToInt(Integer::parseInt).toArray();
        return Arrays.compare(parts, SAFE) >= 0
                || Arrays.stream(ALSO_SAFE)
                        .anyMatch(safe -> Arrays.equals(parts, 0, 2, safe, 0, 2) && Arrays.compare(parts, safe) >= 0);
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
