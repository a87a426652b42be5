package io.mediakeep.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
final class GroupCommit implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
    private static final int TRIES = 3;

    private final Database database;
    private final LinkedBlockingQueue<Write<?>> queue = new LinkedBlockingQueue<>(20_000);
    private final List<Thread> lanes = new ArrayList<>();
    private volatile boolean closed;

    GroupCommit(Database database) {
        this.database = database;
        for (int lane = 0; lane < database.writers(); lane++) {
            Thread thread = new Thread(this::serve, "ledger-writer-" + lane);
            thread.setDaemon(true);
            thread.start();
            lanes.add(thread);
        }
    }

    /** What to do inside a transaction. May be run again after a rollback. */
    @FunctionalInterface
    interface Work<T> {
        T run(Handle handle) throws Exception;
    }

    /**
     * @param limit longest wait
     * @throws LedgerUnavailableException if the ledger cannot take the write in time, or it is unknown whether it did
     */
    <T> T write(Work<T> work, Duration limit) {
        Write<T> write = new Write<>(work, new CompletableFuture<>());
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

    /** How many writes wait for a transaction. */
    int waiting() {
        return queue.size();
    }

    /** Whether every thread that writes still runs. */
    boolean isAlive() {
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
                queue.drainTo(group, database.group() - 1);
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

    private record Write<T>(Work<T> work, CompletableFuture<T> done) {
        Runnable run(Handle handle) throws Exception {
            T result = work.run(handle);
            return () -> done.complete(result);
        }
    }

    /** One connection and its thread. */
    private final class Lane {
        private Connection connection;
        private Handle handle;

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
                for (Write<?> write : group) {
                    answers.add(write.run(handle));
                }
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
            } catch (SQLException e) {
                failAll(group, unknown(e));
                return;
            }
            answers.forEach(Runnable::run);
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
                } catch (SQLException e) {
                    if (attempt < TRIES && Transient.is(e)) {
                        rollback();
                        continue;
                    }
                    write.done.completeExceptionally(unknown(e));
                    return;
                }
                answer.run();
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
            while (waited(group)) {
                try {
                    if (connection == null) {
                        connection = database.open();
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

        private static boolean waited(List<Write<?>> group) {
            group.removeIf(write -> write.done.isDone());
            return !group.isEmpty();
        }

        private void end(String statement) throws SQLException {
            try (Statement sql = connection.createStatement()) {
                sql.execute(statement);
            }
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
            LOG.warn("Commit to the ledger failed, so its outcome is unknown: {}", e.getMessage());
            return new LedgerUnavailableException("it is unknown whether the ledger committed", e);
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
