package io.mediakeep.operate;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of an object that a {@code Range} header asks for.
 *
 * @param from  of the first byte
 * @param until of the last byte, which the object has
 */
record ByteRange(long from, long until) {
    private static final Pattern ONE = Pattern.compile("(?i)bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * @param header null for none
     * @param size   of the object in bytes, at least 1
     * @return null for the whole: also for several ranges and what is none, which RFC 9110 lets a server ignore
     * @throws ApiException 416 for a part that the object does not have
     */
    static ByteRange read(String header, long size) throws ApiException {
        Matcher asked = ONE.matcher(header == null ? "" : header.strip());
        if (!asked.matches() || asked.group(1).isEmpty() && asked.group(2).isEmpty()) {
            return null;
        }
        if (asked.group(1).isEmpty()) {
            long last = Long.parseLong(asked.group(2));
            if (last == 0) {
                throw beyond(size);
            }
            return new ByteRange(Math.max(0, size - last), size - 1);
        }
        long from = Long.parseLong(asked.group(1));
        long until = asked.group(2).isEmpty() ? size - 1 : Long.parseLong(asked.group(2));
        if (from > until && !asked.group(2).isEmpty()) {
            return null;
        }
        if (from >= size) {
            throw beyond(size);
        }
        return new ByteRange(from, Math.min(until, size - 1));
    }

    private static ApiException beyond(long size) {
        return new ApiException(416, "the object has " + size + " bytes");
    }

    /** Its beginning, of so many bytes at most. */
    ByteRange first(long most) {
        return new ByteRange(from, Math.min(until, from + most - 1));
    }

    int length() {
        return Math.toIntExact(until - from + 1);
    }
}
