package io.mediakeep.ledger;

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

    /** @throws SettingException if another process has the lock */
    public static LedgerLock take(Settings settings) {
        Path file = Database.sqliteFile(settings.text("mediakeep.ledger.url"))
                .map(sqlite -> Path.of(sqlite + ".lock"))
                .orElse(null);
        if (file == null) {
            return new LedgerLock(null);
        }
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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
