package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.TestLedger;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of a ledger that is in use. */
class BackupTest {
    @TempDir
    Path directory;

    private Path file;
    private Settings settings;
    private TestLedger ledger;

    @BeforeEach
    void open() {
        file = directory.resolve("ledger.db");
        settings = settings("jdbc:sqlite:" + file);
        ledger = new TestLedger(new Database(settings), new MovableClock(), "node");
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void copiesOneMomentWhileWritesGoOn() throws Exception {
        for (int i = 0; i < 50; i++) {
            write(i);
        }
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger next = new AtomicInteger(50);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                write(next.getAndIncrement());
            }
        });
        Path copy = directory.resolve("copy.db");
        Backup.Result made;
        int before;
        try {
            Awaitility.await().until(() -> next.get() > 100);
            before = next.get() - 1;
            made = Backup.write(settings, copy);
        } finally {
            over.set(true);
            writer.join();
        }

        assertThat(made.rows()).containsKeys("callback", "task", "media", "dead_letter", "outbox", "poll", "migration");
        assertThat(made.rows().get("callback")).isGreaterThanOrEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        assertThat(Files.list(directory).map(f -> f.getFileName().toString()))
                .containsExactlyInAnyOrder("ledger.db", "ledger.db-wal", "ledger.db-shm", "copy.db");
        try (TestLedger restored =
                new TestLedger(new Database(settings("jdbc:sqlite:" + copy)), new MovableClock(), "node")) {
            assertThat(restored.count("callback")).isEqualTo(made.rows().get("callback"));
            assertThat(restored.callbacks.record("vidu", "k0", true, new byte[] {1}))
                    .as("a repeat is known")
                    .isFalse();
        }
    }

    @Test
    void replacesNothing() throws Exception {
        Path copy = Files.writeString(directory.resolve("copy.db"), "mine");
        assertThatThrownBy(() -> Backup.write(settings, copy))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("the backup must be a new file")
                .hasMessageContaining("exists");
        assertThat(copy).hasContent("mine");
        assertThatThrownBy(() -> Backup.write(settings, directory.resolve("no/copy.db")))
                .hasMessageContaining("is missing");
        assertThatThrownBy(() -> Backup.write(
                        settings("jdbc:sqlite:" + directory.resolve("none.db")), directory.resolve("c.db")))
                .hasMessageContaining("none.db is missing");
        assertThatThrownBy(() -> Backup.write(settings("jdbc:postgresql://db/x"), directory.resolve("c.db")))
                .hasMessageContaining("use pg_dump");
        assertThat(directory.resolve("c.db")).doesNotExist();
    }

    @Test
    void aDamagedLedgerMakesNoBackup() throws Exception {
        for (int i = 0; i < 200; i++) {
            write(i);
        }
        ledger.close();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            // The header of a page in the middle, which every table or index page begins with.
            channel.write(
                    java.nio.ByteBuffer.wrap("not a page".repeat(20).getBytes()), channel.size() / 4096 / 2 * 4096);
        }

        assertThatThrownBy(() -> Backup.write(settings, directory.resolve("copy.db")))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("the backup must be a sound copy of " + file);
        assertThat(Files.list(directory).filter(f -> f.getFileName().toString().startsWith("copy")))
                .isEmpty();
    }

    private void write(int i) {
        ledger.callbacks.record("vidu", "k" + i, true, new byte[2_000]);
    }

    private static Settings settings(String url) {
        Map<String, String> settings = Map.of("mediakeep.ledger.url", url);
        return new Settings(name -> Optional.ofNullable(settings.get(name)));
    }
}
