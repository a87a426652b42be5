package io.mediakeep.media;

import java.nio.charset.StandardCharsets;

/** A container made of records that say their size in a header of a few bytes. */
abstract class Records extends Container {
    private static final int LONGEST_HEADER = 512;

    private final byte[] header = new byte[LONGEST_HEADER];
    private int have;
    private int need;
    private boolean more;

    /** @param first bytes of the first header */
    Records(int first) {
        need = first;
    }

    /** A header is complete. Sets {@code skip} to what follows it, and by {@link #next} or {@link #more} what is read then. */
    abstract void read();

    @Override
    final void accept(int b) {
        header[have++] = (byte) b;
        if (have == need) {
            more = false;
            read();
            if (!more) {
                have = 0;
            }
        }
    }

    /** Bytes of the next header. */
    final void next(int bytes) {
        need = bytes;
    }

    /** This header goes on: it is read again when it has so many bytes in all. */
    final void more(int bytes) {
        need = bytes;
        more = true;
    }

    /** Bytes of this header. */
    final int length() {
        return have;
    }

    /** Whether the bytes so far end with a whole record. */
    final boolean isBetween() {
        return have == 0 && skip == 0;
    }

    /** Whether they end within the header of one. */
    final boolean isWithinHeader() {
        return have > 0;
    }

    final int at(int index) {
        return header[index] & 0xff;
    }

    /** Unsigned as long as it has at most 7 bytes. */
    final long bigEndian(int from, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | at(from + i);
        }
        return value;
    }

    final long littleEndian(int from, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = value << 8 | at(from + i);
        }
        return value;
    }

    final String text(int from, int bytes) {
        return new String(header, from, bytes, StandardCharsets.ISO_8859_1);
    }

    /** Four characters as containers name their parts: visible ASCII, blanks behind or the sign of Apple in front. */
    final boolean isFourCc(int from) {
        for (int i = from; i < from + 4; i++) {
            int b = at(i);
            if ((b < ' ' || b > '~') && b != 0xa9) {
                return false;
            }
        }
        return true;
    }
}
