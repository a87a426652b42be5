package io.mediakeep.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.config.JdbiConfig;

/**
 * The statements of one connection, prepared once and kept for as long as its handle lives. Not thread-safe, like the
 * handle.
 */
public final class Statements implements JdbiConfig<Statements>, AutoCloseable {
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    /** For JDBI, which makes one for each handle. */
    public Statements() {}

    public static Statements of(Handle handle) {
        return handle.getConfig(Statements.class);
    }

    /** A statement with question marks, and the names that stood in their places. */
    record Sentence(String name, String sql, List<String> parameters) {}

    /** Reads one row. The second value counts the rows from 0. */
    @FunctionalInterface
    public interface Mapper<T> {
        T map(ResultSet row, int index) throws SQLException;
    }

    /** A query that is ready to run, once. */
    @FunctionalInterface
    public interface Rows {
        <T> Found<T> map(Mapper<T> mapper);
    }

    /** What a query has found, in its order. */
    public record Found<T>(List<T> list) {
        public Optional<T> findFirst() {
            return list.stream().findFirst();
        }

        /** @throws IllegalStateException if there are more */
        public Optional<T> findOne() {
            if (list.size() > 1) {
                throw new IllegalStateException("at most one row was expected, but there are " + list.size());
            }
            return findFirst();
        }

        /** @throws IllegalStateException if there are none or more */
        public T one() {
            return findOne().orElseThrow(() -> new IllegalStateException("one row was expected, but there is none"));
        }
    }

    /** Number of rows that the statement changed. */
    public int change(Connection connection, Sentence sentence, Map<String, ?> values) {
        try {
            return bound(connection, sentence, values).executeUpdate();
        } catch (SQLException e) {
            throw new StatementException(sentence.name(), e);
        }
    }

    /** Like {@link #change} for each of the values, in one round trip where the database has any. */
    public int[] changeEach(Connection connection, Sentence sentence, List<? extends Map<String, ?>> all) {
        try {
            PreparedStatement statement = prepared(connection, sentence);
            try {
                for (Map<String, ?> values : all) {
                    bind(statement, sentence, values);
                    statement.addBatch();
                }
                return statement.executeBatch();
            } finally {
                statement.clearBatch();
            }
        } catch (SQLException e) {
            throw new StatementException(sentence.name(), e);
        }
    }

    public <T> Found<T> query(Connection connection, Sentence sentence, Map<String, ?> values, Mapper<T> mapper) {
        try (ResultSet rows = bound(connection, sentence, values).executeQuery()) {
            List<T> found = new ArrayList<>();
            while (rows.next()) {
                found.add(mapper.map(rows, found.size()));
            }
            return new Found<>(found);
        } catch (SQLException e) {
            throw new StatementException(sentence.name(), e);
        }
    }

    private PreparedStatement bound(Connection connection, Sentence sentence, Map<String, ?> values)
            throws SQLException {
        PreparedStatement statement = prepared(connection, sentence);
        bind(statement, sentence, values);
        return statement;
    }

    private PreparedStatement prepared(Connection connection, Sentence sentence) throws SQLException {
        PreparedStatement statement = prepared.get(sentence.name());
        if (statement == null) {
            statement = connection.prepareStatement(sentence.sql());
            prepared.put(sentence.name(), statement);
        }
        return statement;
    }

    private static void bind(PreparedStatement statement, Sentence sentence, Map<String, ?> values)
            throws SQLException {
        int position = 0;
        for (String name : sentence.parameters()) {
            position++;
            Object value = values.get(name);
            if (value instanceof String text) {
                statement.setString(position, text);
            } else if (value instanceof Long || value instanceof Integer) {
                // Always a long: another type would have PostgreSQL plan the statement anew.
                statement.setLong(position, ((Number) value).longValue());
            } else if (value instanceof byte[] bytes) {
                statement.setBytes(position, bytes);
            } else if (value instanceof Null none) {
                statement.setNull(position, none.type());
            } else if (value instanceof Double decimal) {
                statement.setDouble(position, decimal);
            } else {
                throw new IllegalArgumentException("statement " + sentence.name() + " needs a value for :" + name
                        + (value == null
                                ? ""
                                : ", but it is a " + value.getClass().getName()));
            }
        }
    }

    /** Closes the statements, where the connection goes on to somebody else. */
    @Override
    public void close() {
        for (PreparedStatement statement : prepared.values()) {
            try {
                statement.close();
            } catch (SQLException e) {
                // The connection is broken; its pool finds out.
            }
        }
        prepared.clear();
    }

    /** None: JDBI copies for the next handle, which has another connection. */
    @Override
    public Statements createCopy() {
        return new Statements();
    }
}
