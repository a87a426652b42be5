package io.mediakeep.event;

import io.mediakeep.failure.FinalFailure;
import java.math.BigInteger;
import java.util.regex.Pattern;

/**
 * Task ids as providers write them, kept to the letter: not trimmed, not folded, never read as a number. Thread-safe.
 */
public final class TaskIds {
    private static final Pattern VALID = Pattern.compile("[\\x21-\\x7E]{1,256}");

    private TaskIds() {}

    /**
     * @param value text of 1 to 256 visible ASCII characters, or a whole number that is not negative
     * @return the id as text, a number with its exact digits
     * @throws FinalFailure with reason {@code id_invalid} for everything else, also for null, 1.0 and 1e3
     */
    public static String of(Object value) {
        if (value == null) {
            throw invalid("but is missing");
        }
        String id;
        if (value instanceof CharSequence text) {
            id = text.toString();
        } else if (value instanceof Long || value instanceof Integer || value instanceof BigInteger) {
            id = value.toString();
            if (id.startsWith("-")) {
                throw invalid("but is a negative number");
            }
        } else {
            throw invalid("but is neither text nor a whole number");
        }
        if (!VALID.matcher(id).matches()) {
            throw invalid("but has " + id.length() + " characters, or others");
        }
        return id;
    }

    private static FinalFailure invalid(String found) {
        return new FinalFailure("id_invalid", "a task id must be 1 to 256 visible ASCII characters, " + found);
    }
}
