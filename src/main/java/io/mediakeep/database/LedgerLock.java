package io.mediakeep.database;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second process off a SQLite ledger: both would believe that they are alone. The lock ends with the process. A
 * ledger on PostgreSQL needs none.
 */
public final class LedgerLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerLock.class);

    private final FileChannel channel;

    private LedgerLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * To be called before the database is opened, which may migrate it.
     *
     * @throws SettingException if another process has the lock, or there is no place for the file
     */
    public static LedgerLock take(Settings settings) {
        Path sqlite = Database.sqliteFile(settings.text("mediakeep.ledger.url")).orElse(null);
        if (sqlite == null) {
            return new LedgerLock(null);
        }
        Database.prepareDirectory(sqlite);
        Path file = Path.of(sqlite + ".lock");
        try {
            PrivateFile.create(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return new LedgerLock(channel);
            }
            channel.close();
        } catch (IOException | OverlappingFileLockException e) {
            LOG.debug("Locking {} failed", file, e);
        }
        throw new SettingException(
                "mediakeep.ledger.url", "a SQLite file that no other process uses", "its lock " + file + " is taken");
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
