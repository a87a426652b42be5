package io.mediakeep.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.mediakeep.failure.FinalFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON from outside into plain maps and lists, and refuses what two readers could understand differently: other
 * encodings than UTF-8, duplicate names, text after the value. Numbers stay exact: whole ones become {@link Long} or
 * {@link BigInteger}, all others {@link BigDecimal}; nothing becomes a double, and no type is chosen by the payload.
 * Messages name a position, never content. Immutable, thread-safe.
 *
 * <p>Strings are taken as they are: they may hold NUL or half a surrogate pair (see {@link TaskIds}).
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_LENGTH = 400;
    private static final int MAX_EXPONENT = 1_000;
    private static final int MAX_VALUES = 20_000;
    private static final int MAX_LIST = 10_000;

    private static final JsonFactory READER = factory(MAX_DEPTH);
    private static final JsonFactory CHECKER = factory(1_000);

    private final int maxValues;
    private final int maxList;

    /** Limits for one task: 20,000 values in all, 10,000 in one list. */
    public StrictJson() {
        this(MAX_VALUES, MAX_LIST);
    }

    /**
     * @param maxValues largest number of values in all, members and list entries counted at every depth; at least 1
     * @param maxList   largest number of entries in one list; at least 1
     */
    public StrictJson(int maxValues, int maxList) {
        if (maxValues < 1 || maxList < 1) {
            throw new IllegalArgumentException(
                    "limits of values and list entries must be at least 1, but are " + maxValues + " and " + maxList);
        }
        this.maxValues = maxValues;
        this.maxList = maxList;
    }

    /**
     * @return the members in their order; values are String, Long, BigInteger, BigDecimal, Boolean, List, Map or null
     * @throws FinalFailure with reason {@code payload_encoding}, {@code payload_syntax}, {@code payload_limits}, or
     *     {@code payload_shape} if the value is no object
     */
    @SuppressWarnings("unchecked")
    public Map<String, Object> readObject(byte[] body) {
        if (read(body) instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw new FinalFailure("payload_shape", "the payload must be one JSON object, but is another JSON value");
    }

    /** Like {@link #readObject} for any JSON value; JSON {@code null} is returned as null. */
    public Object read(byte[] body) {
        try (JsonParser parser = READER.createParser(decode(body))) {
            if (parser.nextToken() == null) {
                throw new FinalFailure("payload_syntax", "the payload is empty");
            }
            Object value = new Reading(parser).value();
            if (parser.nextToken() != null) {
                throw syntax(parser.currentTokenLocation());
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw limit("nesting of at most " + MAX_DEPTH + " and names and texts of a usual length");
        } catch (JsonProcessingException e) {
            throw syntax(e.getLocation());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory cannot fail", e);
        }
    }

    /**
     * Whether a receiver should keep these bytes: one JSON value by its grammar alone. Deliberately milder than
     * {@link #readObject}: duplicate names, a wrong encoding or exceeded limits are for the dead letters, where the
     * bytes are kept. Builds no tree.
     */
    public boolean isJson(byte[] body) {
        try (JsonParser parser = CHECKER.createParser(
                new InputStreamReader(new ByteArrayInputStream(body, bom(body), body.length), guessCharset(body)))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.currentToken() != null && parser.nextToken() == null;
        } catch (StreamConstraintsException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** @throws FinalFailure with reason {@code payload_syntax} where {@link #isJson} says no */
    public void checkSyntax(byte[] body) {
        if (!isJson(body)) {
            throw new FinalFailure("payload_syntax", "the payload must be JSON");
        }
    }

    private static JsonFactory factory(int depth) {
        return JsonFactory.builder()
                // No tables that outlive one payload: names come from outside.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .build())
                .build();
    }

    /** Length of the UTF-8 byte order mark at the start, 0 or 3. */
    private static int bom(byte[] body) {
        boolean there = body.length >= 3 && body[0] == (byte) 0xEF && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF;
        return there ? 3 : 0;
    }

    /** JSON begins with ASCII, so that a zero or a mark in the first bytes tells UTF-16 from UTF-8. */
    private static Charset guessCharset(byte[] body) {
        if (body.length >= 2) {
            if (body[0] == (byte) 0xFF && body[1] == (byte) 0xFE || body[0] == (byte) 0xFE && body[1] == (byte) 0xFF) {
                return StandardCharsets.UTF_16;
            }
            if (body[1] == 0) {
                return StandardCharsets.UTF_16LE;
            }
            if (body[0] == 0) {
                return StandardCharsets.UTF_16BE;
            }
        }
        return StandardCharsets.UTF_8;
    }

    private static String decode(byte[] body) {
        if (guessCharset(body) != StandardCharsets.UTF_8) {
            throw new FinalFailure("payload_encoding", "the payload must be UTF-8, but looks like UTF-16");
        }
        int start = bom(body);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body, start, body.length - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FinalFailure("payload_encoding", "the payload must be UTF-8, but holds bytes that are not");
        }
    }

    private static FinalFailure syntax(JsonLocation at) {
        String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return new FinalFailure("payload_syntax", "the payload must be one JSON value without duplicate names" + place);
    }

    private static FinalFailure limit(String expected) {
        return new FinalFailure("payload_limits", "the payload exceeds a limit; expected " + expected);
    }

    /** One pass over one payload; the parser's depth limit bounds the recursion. */
    private final class Reading {
        private final JsonParser parser;
        private int values;

        Reading(JsonParser parser) {
            this.parser = parser;
        }

        /** Value that starts at the current token; ends on its last token. */
        Object value() throws IOException {
            if (++values > maxValues) {
                throw limit("at most " + maxValues + " values");
            }
            return switch (parser.currentToken()) {
                case START_OBJECT -> object();
                case START_ARRAY -> list();
                case VALUE_STRING -> parser.getText();
                case VALUE_NUMBER_INT -> whole(number());
                case VALUE_NUMBER_FLOAT -> decimal(number());
                case VALUE_TRUE -> Boolean.TRUE;
                case VALUE_FALSE -> Boolean.FALSE;
                case VALUE_NULL -> null;
                default -> throw syntax(parser.currentTokenLocation());
            };
        }

        private Map<String, Object> object() throws IOException {
            Map<String, Object> members = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (members.containsKey(name)) {
                    throw syntax(parser.currentTokenLocation());
                }
                parser.nextToken();
                members.put(name, value());
            }
            return members;
        }

        private List<Object> list() throws IOException {
            List<Object> entries = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (entries.size() == maxList) {
                    throw limit("at most " + maxList + " entries in a list");
                }
                entries.add(value());
            }
            return entries;
        }

        private String number() throws IOException {
            if (parser.getTextLength() > MAX_NUMBER_LENGTH) {
                throw limit("numbers of at most " + MAX_NUMBER_LENGTH + " characters");
            }
            return parser.getText();
        }

        private Number whole(String digits) {
            if (digits.length() <= 18) {
                return Long.valueOf(digits);
            }
            BigInteger exact = new BigInteger(digits);
            if (exact.bitLength() < Long.SIZE) {
                return exact.longValue();
            }
            return exact;
        }

        /** A large exponent is cheap to hold, but whoever writes such a number out in full would run out of memory. */
        private BigDecimal decimal(String text) {
            try {
                BigDecimal exact = new BigDecimal(text);
                if (Math.abs((long) exact.scale()) <= MAX_EXPONENT) {
                    return exact;
                }
            } catch (NumberFormatException | ArithmeticException e) {
                // An exponent outside the int range; the parser has checked the grammar.
            }
            throw limit("numbers with exponents between -" + MAX_EXPONENT + " and " + MAX_EXPONENT);
        }
    }
}
