package io.mediakeep.media;

import java.util.Set;

/**
 * RIFF and its kin: one form whose size stands in front, made of chunks. Writers that cannot go back leave the sizes open;
 * others get them wrong by the eight bytes of the header; and much may follow the form. Source: RIFF (Microsoft and IBM, 1991),
 * EBU Tech 3306 (RF64), AIFF 1.3.
 */
final class Riff extends Records {
    private static final Set<String> DATA = Set.of("data", "SSND", "VP8 ", "VP8L", "ANMF", "LIST");
    private static final int LIST_TYPE = 4;

    private final boolean bigEndian;
    private boolean wide;
    private boolean begun;
    private boolean open;
    private long end;
    private long dataSize = -1;
    private boolean data;
    private int chunks;
    private boolean odd;
    private boolean complete;

    private Riff(boolean bigEndian) {
        super(12);
        this.bigEndian = bigEndian;
    }

    /** WAV, WebP, AVI. */
    static Riff little() {
        return new Riff(false);
    }

    /** AIFF. */
    static Riff big() {
        return new Riff(true);
    }

    @Override
    void read() {
        if (!begun || at(0) == 'R' && text(0, 4).equals("RIFF") && position - length() >= end && length() == 12) {
            form();
        } else if (wide && chunks == 0 && text(0, 4).equals("ds64") && length() == 8) {
            more(8 + 24);
        } else if (length() == 8 + 24) {
            end = littleEndian(8, 8) + 8;
            dataSize = littleEndian(16, 8);
            skip = Math.max(0, padded(size(4)) - 24);
            chunk();
        } else {
            chunk(text(0, 4), size(4));
        }
    }

    private void form() {
        begun = true;
        wide = text(0, 4).equals("RF64") || text(0, 4).equals("BW64");
        long size = size(4);
        open = size == 0 || size >= 0x7ffff000L && !wide;
        end = position - 12 + size + 8;
        next(8);
    }

    private void chunk(String id, long size) {
        if (position - length() >= end && !open) {
            // Whatever follows the form. OpenDML has more forms of it there.
            if (id.equals("RIFF")) {
                more(12);
            } else {
                complete = true;
                rest();
            }
            return;
        }
        if (!isFourCc(0)) {
            breaks("bytes that are no chunk");
            return;
        }
        data |= DATA.contains(id);
        if (id.equals("data") && wide && size == 0xffffffffL && dataSize >= 0) {
            size = dataSize;
        }
        boolean unsized = size == 0 || size >= 0x7ffff000L && !wide;
        if (unsized && (id.equals("data") || id.equals("SSND") || id.equals("LIST") && open)) {
            boolean samples = !id.equals("LIST");
            complete = samples && (open || size != 0);
            skip = complete ? Long.MAX_VALUE : samples ? Math.max(0, end - position) : LIST_TYPE;
            chunk();
            return;
        }
        skip = padded(size);
        odd = (size & 1) != 0;
        chunk();
    }

    private void chunk() {
        chunks++;
        next(8);
    }

    private long size(int from) {
        return bigEndian ? bigEndian(from, 4) : littleEndian(from, 4);
    }

    private static long padded(long size) {
        return size + (size & 1);
    }

    @Override
    String missing() {
        if (complete) {
            return null;
        }
        if (!begun || !data) {
            return "there is no content";
        }
        // The pad byte of the last chunk is often left out.
        boolean whole = isBetween() || odd && skip == 1 && !isWithinHeader();
        if (!whole && !(position >= end && !open)) {
            return "the last chunk is not complete";
        }
        if (!open && position < end - 8 - 1) {
            return "the form announces " + end + " bytes";
        }
        return null;
    }
}
