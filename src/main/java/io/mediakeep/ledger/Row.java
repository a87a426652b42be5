package io.mediakeep.ledger;

import static io.mediakeep.ledger.Ledger.Null.BIGINT;
import static io.mediakeep.ledger.Ledger.Null.DOUBLE;
import static io.mediakeep.ledger.Ledger.Null.TEXT;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Values of a statement by name, and null-safe reading of columns. Not thread-safe. */
final class Row {
    private final Map<String, Object> values = new HashMap<>();

    static Row of(String name, Object value) {
        return new Row().with(name, value);
    }

    static Row task(String provider, String taskId) {
        return new Row().with("provider", provider).with("task_id", taskId);
    }

    static Row media(MediaId id) {
        return task(id.provider(), id.taskId()).with("media_key", id.mediaKey());
    }

    /** A value that is never null. */
    Row with(String name, Object value) {
        values.put(name, java.util.Objects.requireNonNull(value, name));
        return this;
    }

    Row text(String name, String value) {
        values.put(name, TEXT.or(value));
        return this;
    }

    Row number(String name, Number value) {
        values.put(name, BIGINT.or(value));
        return this;
    }

    Row decimal(String name, Double value) {
        values.put(name, DOUBLE.or(value));
        return this;
    }

    Row bytes(String name, byte[] value) {
        values.put(name, Ledger.Null.BINARY.or(value));
        return this;
    }

    Map<String, Object> values() {
        return values;
    }

    static Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
