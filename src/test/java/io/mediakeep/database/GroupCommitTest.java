package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.TestLedger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The one writer of a SQLite file: who waits, who is told what, and what the file holds then. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GroupCommitTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Database database;
    private GroupCommit writer;

    @BeforeEach
    void open() throws Exception {
        database = TestLedger.open("jdbc:sqlite:" + directory.resolve("ledger.db"), "nobody");
        writer = new GroupCommit(database);
        execute("CREATE TABLE note (name TEXT PRIMARY KEY, above TEXT REFERENCES note DEFERRABLE INITIALLY DEFERRED)");
    }

    @AfterEach
    void close() {
        writer.close();
        database.close();
        threads.shutdownNow();
    }

    @Test
    void writesThatWaitTogetherShareOneTransaction() throws Exception {
        try (Held held = new Held()) {
            List<CompletableFuture<String>> writes = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String name = "n" + i;
                writes.add(later(h -> {
                    note(h, name, null);
                    // Uncommitted notes of the same transaction are visible.
                    return h.createQuery("SELECT count(*) FROM note")
                            .mapTo(String.class)
                            .one();
                }));
            }
            held.await(10);
            held.close();

            assertThat(writes)
                    .extracting(CompletableFuture::join)
                    .containsExactlyInAnyOrder("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        }
    }

    @Test
    void oneFailingWriteOfAGroupDoesNotSpoilTheOthers() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        List<CompletableFuture<String>> good = new ArrayList<>();
        CompletableFuture<String> bad;
        try (Held held = new Held()) {
            for (int i = 0; i < 5; i++) {
                String name = "before" + i;
                good.add(later(h -> note(h, name, null)));
            }
            held.await(5);
            bad = later(h -> {
                runs.incrementAndGet();
                note(h, "bad", null);
                throw new IllegalStateException("bad");
            });
            held.await(6);
            for (int i = 0; i < 5; i++) {
                String name = "after" + i;
                good.add(later(h -> note(h, name, null)));
            }
            held.await(11);
        }

        assertThat(good).allSatisfy(write -> assertThat(write.join()).isNotNull());
        assertThatThrownBy(bad::join).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(notes()).hasSize(10).doesNotContain("bad");
        assertThat(runs).hasValue(2);
    }

    @Test
    void aFailedCommitIsUnavailableAndTheNextWriteWorks() {
        assertThatThrownBy(() -> now(h -> note(h, "orphan", "nobody"))).isInstanceOf(LedgerUnavailableException.class);

        assertThat(now(h -> note(h, "next", null))).isEqualTo("next");
        assertThat(notes()).containsExactly("next");
    }

    @Test
    void aFailedCommitOfAGroupAcknowledgesNone() throws Exception {
        List<CompletableFuture<String>> group = new ArrayList<>();
        try (Held held = new Held()) {
            group.add(later(h -> note(h, "a", null)));
            group.add(later(h -> note(h, "orphan", "nobody")));
            group.add(later(h -> note(h, "b", null)));
            held.await(3);
        }

        assertThat(group)
                .allSatisfy(
                        write -> assertThatThrownBy(write::join).hasCauseInstanceOf(LedgerUnavailableException.class));
        assertThat(notes()).isEmpty();
        assertThat(now(h -> note(h, "next", null))).isEqualTo("next");
    }

    @Test
    void aFullDiskIsUnavailableAndTheNextWriteWorks() {
        writer.write(
                h -> h.createQuery("PRAGMA max_page_count = 1")
                        .mapTo(Long.class)
                        .one(),
                LONG);
        assertThatThrownBy(() -> now(h -> note(h, "x".repeat(1_000_000), null)))
                .isInstanceOf(LedgerUnavailableException.class);

        writer.write(
                h -> h.createQuery("PRAGMA max_page_count = 1000000")
                        .mapTo(Long.class)
                        .one(),
                LONG);
        assertThat(now(h -> note(h, "next", null))).isEqualTo("next");
        assertThat(notes()).containsExactly("next");
    }

    @Test
    void anErrorInTheMiddleLeavesNothingForTheNextTransaction() {
        assertThatThrownBy(() -> writer.write(
                        h -> {
                            note(h, "half", null);
                            throw new StackOverflowError();
                        },
                        LONG))
                .isInstanceOf(LedgerUnavailableException.class);

        assertThat(now(h -> note(h, "next", null))).isEqualTo("next");
        assertThat(notes()).containsExactly("next");
    }

    @Test
    void aBlockedRecordIsRefusedInTimeAndNotExecutedLater() throws Exception {
        TestLedger ledger = new TestLedger(database, new MovableClock(), "node");
        try (Connection other = database.open();
                Statement sql = other.createStatement()) {
            sql.execute("BEGIN IMMEDIATE");
            Instant began = Instant.now();
            assertThatThrownBy(() -> ledger.callbacks.record("vidu", "blocked", true, new byte[] {1}))
                    .isInstanceOf(LedgerUnavailableException.class);
            assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(4));
            sql.execute("ROLLBACK");

            assertThat(ledger.callbacks.record("vidu", "next", true, new byte[] {1}))
                    .isTrue();
            assertThat(ledger.texts("SELECT callback_key FROM callback")).containsExactly("next");
        } finally {
            ledger.close();
        }
    }

    @Test
    void changesThatWaitTogetherEachHaveTheirOwnAnswer() throws Exception {
        Statements.Sentence add = Sql.parse("add", "INSERT INTO note (name) VALUES (:name) ON CONFLICT DO NOTHING");
        List<CompletableFuture<Integer>> changes = new ArrayList<>();
        CompletableFuture<String> work;
        try (Held held = new Held()) {
            for (String name : List.of("b", "a", "b", "c")) {
                GroupCommit.Change change = new GroupCommit.Change(add, Map.of("name", name), name);
                changes.add(CompletableFuture.supplyAsync(() -> writer.change(change, LONG), threads));
            }
            work = later(h -> note(h, "d", null));
            held.await(5);
        }

        assertThat(changes.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(3);
        assertThat(changes.get(1).join() + changes.get(3).join()).isEqualTo(2);
        assertThat(work.join()).isEqualTo("d");
        assertThat(notes()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aChangeThatFailsDoesNotSpoilTheOthersOfItsBatch() throws Exception {
        Statements.Sentence add = Sql.parse("add", "INSERT INTO note (name) VALUES (:name)");
        now(h -> note(h, "b", null));
        List<CompletableFuture<Integer>> changes = new ArrayList<>();
        try (Held held = new Held()) {
            for (String name : List.of("a", "b", "c")) {
                GroupCommit.Change change = new GroupCommit.Change(add, Map.of("name", name), name);
                changes.add(CompletableFuture.supplyAsync(() -> writer.change(change, LONG), threads));
            }
            held.await(3);
        }

        assertThat(changes.get(0).join() + changes.get(2).join()).isEqualTo(2);
        assertThatThrownBy(changes.get(1)::join).hasCauseInstanceOf(StatementException.class);
        assertThat(notes()).containsExactly("a", "b", "c");
    }

    @Test
    void theCallbackLedgerIsBusyWhileRecordsWait() throws Exception {
        TestLedger ledger = new TestLedger(database, new MovableClock(), "node");
        try (Connection other = database.open();
                Statement sql = other.createStatement()) {
            sql.execute("BEGIN IMMEDIATE");
            List<CompletableFuture<Boolean>> records = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String key = "k" + i;
                records.add(CompletableFuture.supplyAsync(
                        () -> ledger.callbacks.record("vidu", key, true, new byte[] {1}), threads));
            }
            settle(ledger.callbacks::isBusy);
            sql.execute("ROLLBACK");
            settle(() -> records.stream().allMatch(CompletableFuture::isDone));
            settle(() -> !ledger.callbacks.isBusy());
        } finally {
            ledger.close();
        }
    }

    @Test
    void aPatientWriteOutlastsTheBlockade() throws Exception {
        CompletableFuture<String> patient;
        try (Connection other = database.open();
                Statement sql = other.createStatement()) {
            sql.execute("BEGIN IMMEDIATE");
            patient = later(h -> note(h, "patient", null));
            // Longer than the busy timeout of the connection.
            assertThatThrownBy(() -> writer.write(h -> note(h, "impatient", null), Duration.ofMillis(3_500)))
                    .isInstanceOf(LedgerUnavailableException.class);
            sql.execute("ROLLBACK");
        }

        assertThat(patient.join()).isEqualTo("patient");
        assertThat(notes()).containsExactly("patient");
    }

    @Test
    void aWriteThatNobodyWaitsForAnyMoreIsNotExecuted() throws Exception {
        try (Held held = new Held()) {
            assertThatThrownBy(() -> writer.write(h -> note(h, "late", null), Duration.ofMillis(50)))
                    .isInstanceOf(LedgerUnavailableException.class);
        }

        now(h -> note(h, "next", null));
        assertThat(notes()).containsExactly("next");
    }

    @Test
    void anInterruptedCallerIsToldSoAndStaysInterrupted() throws Exception {
        try (Held held = new Held()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> now(h -> note(h, "interrupted", null)))
                    .isInstanceOf(LedgerUnavailableException.class);
            assertThat(Thread.interrupted()).isTrue();
        }

        now(h -> note(h, "next", null));
        assertThat(notes()).containsExactly("next");
    }

    @Test
    void closingEndsTheCallersThatWait() throws Exception {
        List<CompletableFuture<String>> waiting = new ArrayList<>();
        try (Held held = new Held()) {
            for (int i = 0; i < 5; i++) {
                String name = "n" + i;
                waiting.add(later(h -> note(h, name, null)));
            }
            held.await(5);
            writer.close();

            assertThat(waiting)
                    .allSatisfy(write -> assertThatThrownBy(() -> write.get(5, TimeUnit.SECONDS))
                            .hasCauseInstanceOf(LedgerUnavailableException.class));
        }
        assertThatThrownBy(() -> now(h -> note(h, "late", null))).isInstanceOf(LedgerUnavailableException.class);
    }

    private static String note(Handle handle, String name, String above) {
        handle.createUpdate("INSERT INTO note (name, above) VALUES (?, ?)")
                .bind(0, name)
                .bind(1, above)
                .execute();
        return name;
    }

    private String now(GroupCommit.Work<String> work) {
        return writer.write(work, LONG);
    }

    private CompletableFuture<String> later(GroupCommit.Work<String> work) {
        return CompletableFuture.supplyAsync(() -> writer.write(work, LONG), threads);
    }

    private List<String> notes() {
        try (Connection connection = database.open();
                Statement sql = connection.createStatement();
                var rows = sql.executeQuery("SELECT name FROM note ORDER BY name")) {
            List<String> names = new ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        } catch (java.sql.SQLException e) {
            throw new CompletionException(e);
        }
    }

    private void execute(String statement) throws Exception {
        try (Connection connection = database.open();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    /** Keeps the writer busy, so that later writes wait together. */
    private final class Held implements AutoCloseable {
        private final CountDownLatch end = new CountDownLatch(1);
        private final CompletableFuture<String> running;

        Held() throws InterruptedException {
            CountDownLatch begun = new CountDownLatch(1);
            running = later(h -> {
                begun.countDown();
                end.await();
                return "held";
            });
            begun.await();
        }

        /** Until so many writes wait. */
        void await(int writes) {
            settle(() -> writer.waiting() >= writes);
        }

        @Override
        public void close() {
            end.countDown();
            settle(running::isDone);
        }
    }

    private static void settle(Callable<Boolean> condition) {
        await().until(condition);
    }
}
