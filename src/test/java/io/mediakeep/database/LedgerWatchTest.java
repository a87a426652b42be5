package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.TestLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A SQLite ledger that is removed or replaced under the process: nothing is acknowledged that a restart would not find. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LedgerWatchTest {
    @TempDir
    Path directory;

    private final AtomicLong later = new AtomicLong();
    private final AtomicInteger ends = new AtomicInteger();
    private Path data;
    private Path file;
    private TestLedger ledger;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        file = data.resolve("ledger.db");
        ledger = new TestLedger(TestLedger.open("jdbc:sqlite:" + file, "nobody"), new MovableClock(), "node");
        assertThat(record("before")).isTrue();
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    enum Loss {
        FILE_REMOVED {
            @Override
            void happen(Path file) throws IOException {
                Files.delete(file);
            }
        },
        LOG_REMOVED {
            @Override
            void happen(Path file) throws IOException {
                Files.delete(Path.of(file + "-wal"));
            }
        },
        DIRECTORY_MOVED {
            @Override
            void happen(Path file) throws IOException {
                Files.move(file.getParent(), file.getParent().resolveSibling("moved"));
            }
        },
        REPLACED_BY_A_COPY_OF_ITSELF {
            @Override
            void happen(Path file) throws IOException {
                Path copy = Files.copy(file, file.resolveSibling("copy.db"));
                Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
            }
        },
        REPLACED_BY_AN_EMPTY_FILE {
            @Override
            void happen(Path file) throws IOException {
                Files.delete(file);
                Files.createFile(file);
            }
        };

        abstract void happen(Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsAcknowledgedOnceTheFileHasGone(Loss loss) throws IOException {
        loss.happen(file);
        List<Path> left = files();

        assertThatThrownBy(() -> record("after"))
                .isInstanceOf(LedgerUnavailableException.class)
                .hasMessageContaining("the ledger's file ");
        assertThatThrownBy(ledger.queries::summary).isInstanceOf(LedgerUnavailableException.class);
        assertThat(ledger.ledger.problem()).contains(file.toString());
        assertThat(ledger.media.claim(1)).isEmpty();
        assertThat(files()).as("nobody makes a new file").isEqualTo(left);
    }

    @Test
    void aLookFindsItWithoutAnyWrite() throws IOException {
        look();
        assertThat(ledger.ledger.problem()).isNull();

        Files.delete(file);
        look();

        assertThat(ledger.ledger.problem()).isEqualTo("the ledger's file " + file + " was removed");
    }

    @Test
    void contentWrittenOverItIsFound() throws Exception {
        Path other = directory.resolve("other.db");
        TestLedger.open("jdbc:sqlite:" + other, "nobody").close();
        try (Connection connection = ledger.database.open()) {
            ledger.database.checkpoint(connection);
        }
        Files.write(file, Files.readAllBytes(other), StandardOpenOption.WRITE);

        look();

        assertThat(ledger.ledger.problem()).startsWith("the content of the ledger's file ");
        assertThatThrownBy(() -> record("after")).isInstanceOf(LedgerUnavailableException.class);
    }

    @Test
    void anotherProcessOnTheSameFileIsFound() {
        TestLedger.open("jdbc:sqlite:" + file, "nobody").close();

        look();

        assertThat(ledger.ledger.problem()).contains("another process uses it");
    }

    @Test
    void aFileThatComesBackIsTakenUpAgain() throws IOException {
        Path away = directory.resolve("away.db");
        Files.move(file, away);
        look();
        assertThatThrownBy(() -> record("after")).isInstanceOf(LedgerUnavailableException.class);

        Files.move(away, file);
        look();

        assertThat(ledger.ledger.problem()).isNull();
        assertThat(record("again")).isTrue();
        later.addAndGet(LedgerWatch.GRACE.toNanos());
        look();
        assertThat(ends).hasValue(0);
    }

    @Test
    void aProcessWhoseLedgerStaysAwayEndsOnce() throws IOException {
        Files.delete(file);
        look();
        later.addAndGet(LedgerWatch.GRACE.minusSeconds(5).toNanos());
        look();
        assertThat(ends).hasValue(0);

        later.addAndGet(Duration.ofSeconds(6).toNanos());
        look();
        look();

        assertThat(ends).hasValue(1);
    }

    @Test
    void aWriterThatIsBusyIsNoLoss() throws Exception {
        try (Connection busy = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = busy.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE");
            look();
            assertThat(ledger.ledger.problem()).isNull();
        }
    }

    @Test
    void everyFileIsReadableByItsOwnerAlone() throws IOException {
        ledger.queries.summary();
        look();

        assertThat(files())
                .hasSize(3)
                .allSatisfy(one -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one)))
                        .isEqualTo("rw-------"));
    }

    private boolean record(String key) {
        return ledger.callbacks.record("vidu", key, true, new byte[] {1});
    }

    private void look() {
        ledger.database.watch().look(() -> System.nanoTime() + later.get(), ends::incrementAndGet);
    }

    private List<Path> files() throws IOException {
        if (!Files.exists(data)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(data)) {
            return files.sorted().toList();
        }
    }
}
