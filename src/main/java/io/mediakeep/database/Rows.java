package io.mediakeep.database;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/**
 * Many rows as one value of a statement, a JSON array that both databases read: a page costs as many statements as one
 * event. Not thread-safe.
 */
public final class Rows {
    private static final JsonFactory JSON = new JsonFactory();

    private final StringWriter text = new StringWriter(1024);
    private final JsonGenerator json;
    private int size;

    public Rows() {
        try {
            json = JSON.createGenerator(text);
            json.writeStartArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins the next row. */
    public Rows add() {
        return write(() -> {
            if (size++ > 0) {
                json.writeEndObject();
            }
            json.writeStartObject();
        });
    }

    /** Leaves a null out, which the statement reads as null. */
    public Rows text(String name, String value) {
        return value == null ? this : write(() -> json.writeStringField(name, Row.storable(value)));
    }

    public Rows number(String name, Number value) {
        return value == null ? this : write(() -> json.writeNumberField(name, value.longValue()));
    }

    public Rows decimal(String name, Double value) {
        return value == null ? this : write(() -> json.writeNumberField(name, value.doubleValue()));
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Ends the last row; nothing can be added afterwards. */
    public String json() {
        write(() -> {
            if (size > 0) {
                json.writeEndObject();
            }
            json.writeEndArray();
            json.close();
        });
        return text.toString();
    }

    private Rows write(Step step) {
        try {
            step.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
