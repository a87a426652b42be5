package io.mediakeep.ledger;

import io.mediakeep.database.Database;
import io.mediakeep.database.GroupCommit;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.Room;
import io.mediakeep.database.Row;
import io.mediakeep.database.Sql;
import io.mediakeep.database.Statements;
import io.mediakeep.database.Transient;
import io.mediakeep.failure.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only durable state: callbacks, tasks, media, dead letters, outbox and poll cursors in one database. The classes
 * beside this one each look after one of these. Thread-safe.
 */
public final class Ledger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final String AWAY = "The ledger takes or gives nothing";
    private static final String NO_ROOM = "There is too little space, so callbacks are answered 503";
    private static final String NO_ROOM_FOR_MORE = "There is too little space, so no polls and copies begin";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Database database;
    private final Sql sql;
    private final GroupCommit writer;
    private final GroupCommit recorder;
    private final Jdbi reader;
    private final Clock clock;
    private final String node;
    private final Trouble trouble;
    private volatile Room room = Room.ENDLESS;
    private volatile boolean closed;

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
        this.trouble = new Trouble(LOG, clock);
    }

    /** What is wrong with the database, for an operator; null if nothing is. */
    public String problem() {
        String lost = database.watch().problem();
        return lost != null ? lost : isReachable() ? null : "the ledger cannot be reached";
    }

    /** Whether the database answers. */
    boolean isReachable() {
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
        if (room.forMore()) {
            trouble.well(NO_ROOM_FOR_MORE);
            return database.watch().problem() == null;
        }
        trouble.failed(NO_ROOM_FOR_MORE, room.problem());
        return false;
    }

    /** @throws LedgerUnavailableException if there is no room for more callbacks */
    void requireRoom() {
        if (!room.forCallbacks()) {
            String problem = room.problem();
            trouble.failed(NO_ROOM, problem);
            throw new LedgerUnavailableException(problem, null);
        }
        trouble.well(NO_ROOM);
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
        return told(() -> writer.write(work, PATIENCE));
    }

    <T> T write(Duration limit, GroupCommit.Work<T> work) {
        return told(() -> writer.write(work, limit));
    }

    /**
     * Runs one statement in a transaction that it may share with others like it.
     *
     * @param order what it locks, see {@link GroupCommit.Change}
     * @return how many rows it changed
     */
    int record(Duration limit, String statement, Map<String, ?> values, String order) {
        return told(() -> recorder.change(new GroupCommit.Change(sql.sentence(statement), values, order), limit));
    }

    /** How many of {@link #record} wait for a commit, or shared one lately. */
    int recordsTogether() {
        return recorder.together();
    }

    /** Tells of a ledger that is away, so that whoever meets that need not: all meet it. */
    private <T> T told(Supplier<T> work) {
        try {
            T result = work.get();
            trouble.well(AWAY);
            return result;
        } catch (LedgerUnavailableException e) {
            // What the watch has found it has told.
            if (!closed && database.watch().problem() == null) {
                trouble.failed(AWAY, e.getMessage());
            }
            throw e;
        }
    }

    /** @throws LedgerUnavailableException if the database does not answer */
    <T> T read(GroupCommit.Work<T> work) {
        return told(() -> readNow(work));
    }

    private <T> T readNow(GroupCommit.Work<T> work) {
        String lost = database.watch().problem();
        if (lost != null) {
            throw new LedgerUnavailableException(lost, null);
        }
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
        closed = true;
        recorder.close();
        writer.close();
        database.close();
    }
}
