package io.mediakeep.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The only durable state: callbacks, tasks, media, dead letters, outbox and poll cursors in one database. The classes
 * beside this one each look after one of these. Thread-safe.
 */
public final class Ledger implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Database database;
    private final Sql sql;
    private final GroupCommit writer;
    private final GroupCommit recorder;
    private final Jdbi reader;
    private final Clock clock;
    private final String node;
    private volatile Room room = Room.ENDLESS;

    /** @param node name of this process, different for each that shares the ledger */
    public Ledger(Database database, Clock clock, String node) {
        this.database = database;
        this.sql = new Sql(database.dialect());
        this.writer = new GroupCommit(database);
        this.recorder = database.recorders() == 0
                ? writer
                : new GroupCommit(database, "ledger-recorder-", database.recorders(), Database.GROUP);
        this.reader = Jdbi.create(database.pool());
        Database.keepValuesOutOfErrors(reader);
        this.clock = clock;
        this.node = node;
    }

    /** Whether the database answers. */
    public boolean isReachable() {
        try {
            return reader.withHandle(
                    h -> h.createQuery("SELECT 1").mapTo(Integer.class).one() == 1);
        } catch (JdbiException e) {
            return false;
        }
    }

    /** From now on nothing is begun that would take the last of this room. */
    public void keepTo(Room limit) {
        room = limit;
    }

    /** Whether polls and copies may begin. */
    boolean hasRoom() {
        return room.forMore();
    }

    /** @throws LedgerUnavailableException if there is no room for more callbacks */
    void requireRoom() {
        if (!room.forCallbacks()) {
            throw new LedgerUnavailableException(room.problem(), null);
        }
    }

    /** Whether every thread that writes still runs; once one has died, only a new process helps. */
    public boolean writersAlive() {
        return writer.isAlive() && recorder.isAlive();
    }

    int writesWaiting() {
        return writer.waiting();
    }

    /** Whether no other process can have this ledger open. */
    boolean isExclusive() {
        return database.isExclusive();
    }

    String node() {
        return node;
    }

    long now() {
        return clock.millis();
    }

    long in(Duration pause) {
        return clock.millis() + pause.toMillis();
    }

    <T> T write(GroupCommit.Work<T> work) {
        return writer.write(work, PATIENCE);
    }

    <T> T write(Duration limit, GroupCommit.Work<T> work) {
        return writer.write(work, limit);
    }

    /**
     * Runs one statement in a transaction that it may share with others like it.
     *
     * @param order what it locks, see {@link GroupCommit.Change}
     * @return how many rows it changed
     */
    int record(Duration limit, String statement, Map<String, ?> values, String order) {
        return recorder.change(new GroupCommit.Change(sql.sentence(statement), values, order), limit);
    }

    /** How many of {@link #record} wait for a commit, or shared one lately. */
    int recordsTogether() {
        return recorder.together();
    }

    /** @throws LedgerUnavailableException if the database does not answer */
    <T> T read(GroupCommit.Work<T> work) {
        try {
            return reader.withHandle(handle -> {
                try (Statements statements = Statements.of(handle)) {
                    return work.run(handle);
                }
            });
        } catch (RuntimeException e) {
            if (e instanceof ConnectionException || Transient.isConnection(e)) {
                throw new LedgerUnavailableException("the ledger cannot be read: " + e.getMessage(), e);
            }
            throw e;
        } catch (Exception e) {
            throw new LedgerUnavailableException("the ledger cannot be read", e);
        }
    }

    /**
     * A query that runs when its rows are mapped.
     *
     * @param statement name of its file, see {@link Sql}
     * @param values    by the names in the statement; see {@link Row}
     */
    Statements.Rows query(Handle handle, String statement, Map<String, ?> values) {
        return new Statements.Rows() {
            @Override
            public <T> Statements.Found<T> map(Statements.Mapper<T> mapper) {
                return Statements.of(handle).query(handle.getConnection(), sql.sentence(statement), values, mapper);
            }
        };
    }

    /** Number of rows that the statement changed. */
    int change(Handle handle, String statement, Map<String, ?> values) {
        return Statements.of(handle).change(handle.getConnection(), sql.sentence(statement), values);
    }

    /** Runs the statement for each of the values. */
    void changeEach(Handle handle, String statement, List<? extends Map<String, ?>> all) {
        Statements.of(handle).changeEach(handle.getConnection(), sql.sentence(statement), all);
    }

    static Long millis(Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    @Override
    public void close() {
        recorder.close();
        writer.close();
        database.close();
    }

    /** The SQL NULL of a type. */
    enum Null {
        BIGINT(java.sql.Types.BIGINT),
        DOUBLE(java.sql.Types.DOUBLE),
        TEXT(java.sql.Types.VARCHAR),
        BINARY(java.sql.Types.VARBINARY);

        private final int type;

        Null(int type) {
            this.type = type;
        }

        /** One of {@link java.sql.Types}: PostgreSQL asks for it. */
        int type() {
            return type;
        }

        /** The value, or this where it is null. */
        Object or(Object value) {
            return value == null ? this : value;
        }
    }
}
