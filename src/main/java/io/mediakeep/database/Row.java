package io.mediakeep.database;

import static io.mediakeep.database.Null.BIGINT;
import static io.mediakeep.database.Null.DOUBLE;
import static io.mediakeep.database.Null.TEXT;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Values of a statement by name, and null-safe reading of columns. Not thread-safe. */
public final class Row {
    private final Map<String, Object> values = new HashMap<>();

    public static Row of(String name, Object value) {
        return new Row().with(name, value);
    }

    public static Row task(String provider, String taskId) {
        return new Row().with("provider", provider).with("task_id", taskId);
    }

    public Row copy() {
        Row copy = new Row();
        copy.values.putAll(values);
        return copy;
    }

    /** A value that is never null. */
    public Row with(String name, Object value) {
        java.util.Objects.requireNonNull(value, name);
        values.put(name, value instanceof String text ? storable(text) : value);
        return this;
    }

    public Row text(String name, String value) {
        values.put(name, TEXT.or(value == null ? null : storable(value)));
        return this;
    }

    public Row number(String name, Number value) {
        values.put(name, BIGINT.or(value));
        return this;
    }

    public Row decimal(String name, Double value) {
        values.put(name, DOUBLE.or(value));
        return this;
    }

    public Row bytes(String name, byte[] value) {
        values.put(name, Null.BINARY.or(value));
        return this;
    }

    public Map<String, Object> values() {
        return values;
    }

    /** NUL, which PostgreSQL cannot keep, and halves of surrogate pairs, which nothing can encode, become U+FFFD. */
    public static String storable(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                changed = changed == null ? new StringBuilder(text) : changed;
                changed.setCharAt(i, '\uFFFD');
            }
        }
        return changed == null ? text : changed.toString();
    }

    public static Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    public static Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    /** A time as text, in UTC. */
    public static String time(ResultSet row, String column) throws SQLException {
        Instant instant = instant(row, column);
        return instant == null ? null : instant.toString();
    }
}
