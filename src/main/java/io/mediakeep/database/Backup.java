package io.mediakeep.database;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;

/**
 * A copy of a SQLite ledger, also while the product runs: one moment of it, because a read transaction is held meanwhile,
 * which keeps no writer waiting. The copy is checked before it gets its name.
 */
public final class Backup {
    private Backup() {}

    /**
     * What was copied.
     *
     * @param rows by table, the same in the ledger at that moment and in the copy
     */
    public record Result(Path file, long bytes, Map<String, Long> rows) {}

    /**
     * @param target a file that is not there yet, in a directory that is
     * @throws SettingException if there is nothing to copy, no place for it, or the copy is not sound; then nothing is left
     */
    public static Result write(Settings settings, Path target) {
        Path source = Database.sqliteFile(settings.text("mediakeep.ledger.url"))
                .orElseThrow(() -> new SettingException(
                        "mediakeep.ledger.url", "a SQLite file for this command", "is PostgreSQL: use pg_dump"));
        Path file = target.toAbsolutePath();
        if (!Files.isRegularFile(source)) {
            throw new SettingException("mediakeep.ledger.url", "a ledger that is there", source + " is missing");
        }
        if (Files.exists(file) || !Files.isDirectory(file.getParent())) {
            throw new SettingException(
                    "the backup",
                    "a new file in a directory that is there",
                    Files.exists(file) ? file + " exists" : file.getParent() + " is missing");
        }
        Path copy = file.resolveSibling(
                file.getFileName() + ".partial-" + ProcessHandle.current().pid());
        try {
            Map<String, Long> rows = copyChecked(source, copy);
            name(copy, file);
            return new Result(file, Files.size(file), rows);
        } catch (SQLException | IOException e) {
            throw new SettingException("the backup", "a sound copy of " + source, "failed: " + e.getMessage());
        } finally {
            remove(copy);
        }
    }

    /** Rows by table, for an operator. */
    public static String text(Map<String, Long> rows) {
        return rows.entrySet().stream()
                .map(table -> table.getKey() + " " + table.getValue())
                .collect(Collectors.joining(", "));
    }

    /**
     * Copies one moment of a ledger into a new file of the owner's alone, checked and on the disk.
     *
     * @return its rows by table
     * @throws SQLException if either is damaged, or no ledger
     */
    static Map<String, Long> copyChecked(Path source, Path copy) throws SQLException, IOException {
        Files.deleteIfExists(copy);
        PrivateFile.create(copy);
        Map<String, Long> rows = copy(source, copy);
        check(copy, rows);
        try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        return rows;
    }

    /** Removes a copy that did not come to its end. */
    static void remove(Path copy) {
        for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
            Path.of(copy + suffix).toFile().delete();
        }
    }

    private static Map<String, Long> copy(Path source, Path copy) throws SQLException {
        try (Connection connection = open(source);
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            Map<String, Long> rows = rows(statement);
            int code = connection.unwrap(SQLiteConnection.class).getDatabase().backup("main", copy.toString(), null);
            if (code != 0) {
                throw new SQLException("SQLite answered " + code + " while copying");
            }
            statement.execute("COMMIT");
            return rows;
        }
    }

    private static void check(Path copy, Map<String, Long> rows) throws SQLException {
        try (Connection connection = open(copy);
                Statement statement = connection.createStatement()) {
            // The copy is one file, to be moved about as one.
            statement.execute("PRAGMA journal_mode = DELETE");
            try (ResultSet found = statement.executeQuery("PRAGMA quick_check(1)")) {
                found.next();
                if (!found.getString(1).equals("ok")) {
                    throw new SQLException("the copy is damaged, and so is the ledger: " + found.getString(1));
                }
            }
            Map<String, Long> copied = rows(statement);
            if (!copied.equals(rows)) {
                throw new SQLException("the copy has " + copied + " rows, the ledger had " + rows);
            }
        }
    }

    /** Takes the write-ahead log in, so that the file is all there is. */
    static void toOneFile(Path file) throws SQLException {
        try (Connection connection = open(file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = DELETE");
        }
    }

    private static Connection open(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setBusyTimeout(10_000);
        return new org.sqlite.JDBC().connect("jdbc:sqlite:" + file, config.toProperties());
    }

    private static Map<String, Long> rows(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet found = statement.executeQuery(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name")) {
            while (found.next()) {
                tables.add(found.getString(1));
            }
        }
        if (!tables.contains("task")) {
            throw new SQLException("it is no ledger");
        }
        Map<String, Long> rows = new LinkedHashMap<>();
        for (String table : tables) {
            try (ResultSet found = statement.executeQuery("SELECT count(*) FROM \"" + table + "\"")) {
                found.next();
                rows.put(table, found.getLong(1));
            }
        }
        return rows;
    }

    /** A link never replaces a file that somebody else has put there meanwhile; a rename would. */
    private static void name(Path copy, Path file) throws IOException {
        try {
            Files.createLink(file, copy);
        } catch (UnsupportedOperationException e) {
            Files.move(copy, file);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " exists by now", e);
        }
        sync(file.getParent());
    }

    /** Has the names in a directory last. */
    static void sync(Path place) {
        try (FileChannel directory = FileChannel.open(place, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            // not every system can open a directory
        }
    }
}
