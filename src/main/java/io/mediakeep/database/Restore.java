package io.mediakeep.database;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a backup in the place of a SQLite ledger. The caller holds the {@link LedgerLock}. */
public final class Restore {
    private static final Logger LOG = LoggerFactory.getLogger(Restore.class);
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private Restore() {}

    /**
     * What was put in place.
     *
     * @param rows   by table
     * @param before where the ledger is that was there
     */
    public record Result(Path file, Map<String, Long> rows, Optional<Path> before) {}

    /**
     * The backup is copied and checked first; a ledger that is there is kept, with what its write-ahead log has.
     *
     * @throws SettingException if it is no sound ledger, or it cannot be put there; then all is as before
     */
    public static Result run(Settings settings, Path backup, Clock clock) {
        Path ledger = Database.sqliteFile(settings.text("mediakeep.ledger.url"))
                .orElseThrow(() -> new SettingException(
                        "mediakeep.ledger.url", "a SQLite file for this command", "is PostgreSQL: use pg_restore"))
                .toAbsolutePath();
        Path source = backup.toAbsolutePath();
        if (!Files.isRegularFile(source) || source.equals(ledger)) {
            throw new SettingException(
                    "the backup",
                    "a file that the command backup made",
                    source.equals(ledger) ? source + " is the ledger itself" : source + " is none");
        }
        Path copy = ledger.resolveSibling(
                ledger.getFileName() + ".partial-" + ProcessHandle.current().pid());
        try {
            Map<String, Long> rows = Backup.copyChecked(source, copy);
            Optional<Path> before = Files.exists(ledger) ? Optional.of(moveAway(ledger, clock)) : Optional.empty();
            Files.move(copy, ledger, StandardCopyOption.ATOMIC_MOVE);
            Backup.sync(ledger.getParent());
            return new Result(ledger, rows, before);
        } catch (SQLException | IOException e) {
            throw new SettingException("the backup", "a sound ledger that can be put in place", e.getMessage());
        } finally {
            Backup.remove(copy);
        }
    }

    /** With its write-ahead log, if that cannot be taken in: last commits may be there alone. */
    private static Path moveAway(Path ledger, Clock clock) throws IOException {
        Path before = ledger.resolveSibling(ledger.getFileName() + ".before-" + NAME.format(clock.instant()));
        if (Files.exists(before)) {
            throw new IOException(before + " exists");
        }
        try {
            Backup.toOneFile(ledger);
        } catch (SQLException e) {
            LOG.warn("The ledger before cannot be opened, and is kept as it is: {}", e.getMessage());
        }
        for (String suffix : List.of("", "-wal", "-shm")) {
            Path part = Path.of(ledger + suffix);
            if (Files.exists(part)) {
                Files.move(part, Path.of(before + suffix), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return before;
    }
}
