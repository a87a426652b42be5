package io.mediakeep.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that arrive together share one transaction and one sync to disk, where the database has one writer. A caller waits until its write is committed.
 * If one write of a group fails, the group is rolled back and each is tried alone, so that one cannot spoil another;
 * a write may therefore run twice, but is committed once. Thread-safe.
 */
public final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final int TRIES = 3;
    private static final Duration LATELY = Duration.ofMillis(100);

    private final Database database;
    private final int group;
    private final LinkedBlockingQueue<Write<?>> queue = new LinkedBlockingQueue<>(20_000);
    private final List<Thread> lanes = new ArrayList<>();
    private volatile Crowd crowd = new Crowd(0, System.nanoTime());
    private volatile boolean closed;

    /** The writer of everything. */
    public GroupCommit(Database database) {
        this(database, "ledger-writer-", database.writers(), database.group());
    }

    /**
     * @param lanes connections, each with a thread
     * @param group most writes in a transaction
     */
    public GroupCommit(Database database, String name, int lanes, int group) {
        this.database = database;
        this.group = group;
        for (int lane = 0; lane < lanes; lane++) {
            Thread thread = new Thread(this::serve, name + lane);
            thread.setDaemon(true);
            thread.start();
            this.lanes.add(thread);
        }
    }

    /** What to do inside a transaction. May be run again after a rollback. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Handle handle) throws Exception;
    }

    /**
     * @param limit longest wait
     * @throws LedgerUnavailableException if the ledger cannot take the write in time, or it is unknown whether it did
     */
    public <T> T write(Work<T> work, Duration limit) {
        return await(new Write<>(work, null, new CompletableFuture<>()), limit);
    }

    /**
     * Runs one statement, in a transaction with whatever waits; changes that wait together are sent as one batch.
     *
     * @return how many rows it changed
     * @throws LedgerUnavailableException like {@link #write}
     */
    public int change(Change change, Duration limit) {
        Work<Integer> alone =
                handle -> Statements.of(handle).change(handle.getConnection(), change.sentence(), change.values());
        return await(new Write<>(alone, change, new CompletableFuture<>()), limit);
    }

    /**
     * One statement whose row count is the answer.
     *
     * @param order what it locks; two transactions that lock in this order cannot wait for each other
     */
    public record Change(Statements.Sentence sentence, Map<String, ?> values, String order) {}

    private <T> T await(Write<T> write, Duration limit) {
        if (closed || !queue.offer(write)) {
            throw new LedgerUnavailableException(closed ? "the ledger is closed" : "too many writes wait", null);
        }
        if (closed && queue.remove(write)) {
            throw new LedgerUnavailableException("the ledger is closed", null);
        }
        try {
            return write.done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            write.done.cancel(false);
            throw new LedgerUnavailableException("the ledger took no write within " + limit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            write.done.cancel(false);
            Thread.currentThread().interrupt();
            throw new LedgerUnavailableException("interrupted while waiting for the ledger", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new LedgerUnavailableException("the ledger refused a write", e.getCause());
        }
    }

    /**
     * How many writes wait, or on average shared a transaction lately, whichever is more: how crowded it is. One group after
     * the other takes all that waits, so a look at those that wait alone would often find none.
     */
    public int together() {
        Crowd now = crowd;
        boolean lately = System.nanoTime() - now.at() < LATELY.toNanos();
        return Math.max(queue.size(), lately ? (int) now.size() : 0);
    }

    /** How many writes wait for a transaction. */
    public int waiting() {
        return queue.size();
    }

    /** Whether every thread that writes still runs. */
    public boolean isAlive() {
        return closed || lanes.stream().allMatch(Thread::isAlive);
    }

    @Override
    public void close() {
        closed = true;
        lanes.forEach(Thread::interrupt);
        for (Thread lane : lanes) {
            try {
                lane.join(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        failAll(new ArrayList<>(queue), new LedgerUnavailableException("the ledger was closed", null));
    }

    private void serve() {
        Lane lane = new Lane();
        List<Write<?>> group = new ArrayList<>();
        while (!closed) {
            try {
                group.add(queue.take());
                queue.drainTo(group, this.group - 1);
                crowd = new Crowd(crowd.size() + (group.size() - crowd.size()) / 8, System.nanoTime());
                lane.commit(group);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException | Error e) {
                // Whatever the transaction holds must not be committed with the next one.
                lane.drop();
                failAll(group, new LedgerUnavailableException("the ledger's writer failed", e));
            } finally {
                group.clear();
            }
        }
        lane.drop();
    }

    private static void failAll(List<Write<?>> writes, RuntimeException problem) {
        writes.forEach(write -> write.done.completeExceptionally(problem));
    }

    /** A moving average of the sizes of groups, and when it last moved. Written by all lanes; an update that is lost does no harm. */
    private record Crowd(double size, long at) {}

    /** @param change the same as the work where it is a single statement, else null */
    private record Write<T>(Work<T> work, Change change, CompletableFuture<T> done) {
        Runnable run(Handle handle) throws Exception {
            T result = work.run(handle);
            return () -> done.complete(result);
        }
    }

    /** One connection and its thread. */
    private final class Lane {
        private Connection connection;
        private Handle handle;
        private Statement plain;

        void commit(List<Write<?>> group) {
            if (group.size() == 1) {
                alone(group.get(0));
                return;
            }
            List<Runnable> answers = new ArrayList<>(group.size());
            try {
                if (!begin(group)) {
                    return;
                }
                run(group, answers);
            } catch (LedgerUnavailableException e) {
                failAll(group, e);
                return;
            } catch (Exception e) {
                rollback();
                group.forEach(this::alone);
                return;
            }
            try {
                end("COMMIT");
                requirePlace();
            } catch (SQLException e) {
                failAll(group, unknown(e));
                return;
            } catch (LedgerUnavailableException e) {
                failAll(group, e);
                return;
            }
            answers.forEach(Runnable::run);
            database.committed(connection);
        }

        /** The changes first, as a batch for each statement; then the others one by one. */
        @SuppressWarnings("unchecked")
        private void run(List<Write<?>> group, List<Runnable> answers) throws Exception {
            Map<String, List<Write<Integer>>> batches = new TreeMap<>();
            for (Write<?> write : group) {
                if (write.change() != null) {
                    batches.computeIfAbsent(write.change().sentence().name(), name -> new ArrayList<>())
                            .add((Write<Integer>) write);
                }
            }
            for (List<Write<Integer>> batch : batches.values()) {
                batch.sort(Comparator.comparing(write -> write.change().order()));
                int[] changed = Statements.of(handle)
                        .changeEach(
                                connection,
                                batch.get(0).change().sentence(),
                                batch.stream()
                                        .map(write -> write.change().values())
                                        .toList());
                for (int i = 0; i < changed.length; i++) {
                    int rows = changed[i];
                    Write<Integer> write = batch.get(i);
                    answers.add(() -> write.done.complete(rows));
                }
            }
            for (Write<?> write : group) {
                if (write.change() == null) {
                    answers.add(write.run(handle));
                }
            }
        }

        private void alone(Write<?> write) {
            for (int attempt = 1; ; attempt++) {
                Runnable answer;
                try {
                    if (!begin(new ArrayList<>(List.of(write)))) {
                        return;
                    }
                    answer = write.run(handle);
                } catch (LedgerUnavailableException e) {
                    write.done.completeExceptionally(e);
                    return;
                } catch (Exception e) {
                    rollback();
                    if (attempt < TRIES && Transient.is(e)) {
                        continue;
                    }
                    write.done.completeExceptionally(Transient.isConnection(e) ? unavailable(e) : e);
                    return;
                }
                try {
                    end("COMMIT");
                    requirePlace();
                } catch (LedgerUnavailableException e) {
                    write.done.completeExceptionally(e);
                    return;
                } catch (SQLException e) {
                    if (attempt < TRIES && Transient.is(e)) {
                        rollback();
                        continue;
                    }
                    write.done.completeExceptionally(unknown(e));
                    return;
                }
                answer.run();
                database.committed(connection);
                return;
            }
        }

        /**
         * Begins a transaction for those writes of the group that somebody still waits for; the others are taken out. A
         * locked database is tried again as long as there are any. A connection that broke while it was idle is replaced
         * once. Returns false if nobody waits.
         */
        private boolean begin(List<Write<?>> group) {
            boolean fresh = connection == null;
            if (database.watch().problem() != null) {
                throw misplaced();
            }
            while (waited(group)) {
                try {
                    if (connection == null) {
                        connection = database.openWriter();
                        plain = connection.createStatement();
                        handle = Jdbi.open(connection);
                        Database.keepValuesOutOfErrors(handle);
                    }
                    end(database.begin());
                    if (waited(group)) {
                        return true;
                    }
                    rollback();
                } catch (SQLException e) {
                    if (Transient.isBusy(e) && !closed) {
                        continue;
                    }
                    drop();
                    if (fresh) {
                        throw unavailable(e);
                    }
                    fresh = true;
                }
            }
            return false;
        }

        /** What was committed to a ledger that is not in its place any more is told to nobody. */
        private void requirePlace() {
            if (!database.watch().isInPlace()) {
                throw misplaced();
            }
        }

        private LedgerUnavailableException misplaced() {
            return new LedgerUnavailableException(database.watch().problem(), null);
        }

        private static boolean waited(List<Write<?>> group) {
            group.removeIf(write -> write.done.isDone());
            return !group.isEmpty();
        }

        private void end(String statement) throws SQLException {
            plain.execute(statement);
        }

        private void rollback() {
            try {
                end("ROLLBACK");
            } catch (SQLException e) {
                drop();
            }
        }

        private LedgerUnavailableException unknown(Exception e) {
            drop();
            return new LedgerUnavailableException("it is unknown whether the ledger committed: " + e.getMessage(), e);
        }

        private LedgerUnavailableException unavailable(Exception e) {
            return new LedgerUnavailableException("the ledger cannot be reached: " + e.getMessage(), e);
        }

        void drop() {
            try (Connection old = connection) {
                if (old != null && closed) {
                    database.checkpoint(old);
                }
            } catch (SQLException e) {
                LOG.debug("Closing a ledger connection failed", e);
            }
            connection = null;
            handle = null;
        }
    }
}
