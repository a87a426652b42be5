package io.mediakeep.ledger;

import static io.mediakeep.digest.Checksum.Algorithm.CRC32C;
import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
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

    /** What is known of a stored object. */
    Row object(MediaLedger.Stored object) {
        return with("object_key", object.objectKey())
                .with("size", object.size())
                .text("sha256", object.checksum().value(SHA256))
                .text("crc32c", object.checksum().value(CRC32C))
                .text("content_type", object.contentType())
                .text("source_host", object.sourceHost());
    }

    Row copy() {
        Row copy = new Row();
        copy.values.putAll(values);
        return copy;
    }

    /** A value that is never null. */
    Row with(String name, Object value) {
        java.util.Objects.requireNonNull(value, name);
        values.put(name, value instanceof String text ? storable(text) : value);
        return this;
    }

    Row text(String name, String value) {
        values.put(name, TEXT.or(value == null ? null : storable(value)));
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

    /** NUL, which PostgreSQL cannot keep, and halves of surrogate pairs, which nothing can encode, become U+FFFD. */
    static String storable(String text) {
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

    static Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    /** A time as text, in UTC. */
    static String time(ResultSet row, String column) throws SQLException {
        Instant instant = instant(row, column);
        return instant == null ? null : instant.toString();
    }
}
