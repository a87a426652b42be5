package io.mediakeep.media;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * ISO base media and QuickTime: a row of boxes that ends with the file. In the movie box, the tables that say where samples
 * lie are read, for a box that reaches to the end has no size to compare. Source: ISO/IEC 14496-12; QuickTime File Format.
 */
final class Boxes extends Records {
    /** What a file must hold. */
    enum Content {
        MOVIE,
        PICTURE,
        JPEG_XL
    }

    private static final Set<String> PARENTS = Set.of("moov", "trak", "mdia", "minf", "stbl");
    private static final Set<String> OPEN_ENDED =
            Set.of("mdat", "moov", "free", "skip", "wide", "meta", "uuid", "jxlc", "jxlp");

    private final Content content;
    private final Deque<Long> ends = new ArrayDeque<>();
    private boolean first = true;
    private boolean toTheEnd;
    private boolean padded;
    private boolean movie;
    private boolean fragments;
    private boolean meta;
    private boolean data;
    private long farthest;
    private int entrySize;
    private long entries;

    Boxes(Content content) {
        super(8);
        this.content = content;
    }

    @Override
    void read() {
        if (padded) {
            padding();
        } else if (entries > 0) {
            sample();
        } else if (entrySize > 0) {
            entries = bigEndian(4, 4);
            nextEntry();
        } else {
            box();
        }
    }

    private void box() {
        long size = bigEndian(0, 4);
        if (size == 1 && length() == 8) {
            more(16);
            return;
        }
        String type = text(4, 4);
        boolean wide = length() == 16;
        if (wide) {
            size = bigEndian(8, 8);
        }
        next(8);
        if (ends.isEmpty()) {
            top(type, size, wide);
        } else {
            inside(type, size);
        }
        first = false;
    }

    private void top(String type, long size, boolean wide) {
        if (first && content == Content.JPEG_XL && at(0) == 0xff) { // a bare codestream
            toTheEnd = true;
            data = true;
            rest();
            return;
        }
        if (size == 0 && !wide) {
            if (bigEndian(4, 4) == 0 && !first) {
                padded = true;
            } else if (OPEN_ENDED.contains(type)) {
                toTheEnd = true;
                note(type);
                rest();
            } else {
                breaks("a box without a size");
            }
            return;
        }
        if (!isFourCc(4)) {
            breaks("bytes that are no box");
        } else if (isVisible(0) && !type.equals("mdat")) {
            breaks("text where a box should begin");
        } else if (size < length()) {
            breaks("a box that is smaller than its header");
        } else {
            note(type);
            long rest = size - length();
            if (PARENTS.contains(type) && rest >= 8) {
                ends.push(position + rest);
            } else {
                skip = rest;
            }
        }
    }

    /** A size of visible characters is half a gigabyte at least: rather a page. */
    private boolean isVisible(int from) {
        for (int i = from; i < from + 4; i++) {
            if (at(i) < ' ' || at(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /** Players forgive much in here, so nothing breaks: what cannot be followed is passed over. */
    private void inside(String type, long size) {
        long end = ends.peek();
        long rest = size - length();
        if (rest < 0 || position + rest > end) {
            skip = Math.max(0, end - position);
            ends.clear();
            ends.push(position + skip);
        } else if (PARENTS.contains(type) && rest >= 8) {
            ends.push(position + rest);
            return;
        } else if ((type.equals("stco") || type.equals("co64")) && rest >= 8) {
            entrySize = type.equals("stco") ? 4 : 8;
            ends.push(position + rest);
            next(8);
            return;
        } else {
            skip = rest;
        }
        leave(position + skip);
    }

    private void sample() {
        farthest = Math.max(farthest, bigEndian(0, entrySize));
        entries--;
        nextEntry();
    }

    private void nextEntry() {
        if (entries > 0 && position + entrySize <= ends.peek()) {
            next(entrySize);
            return;
        }
        skip = Math.max(0, ends.peek() - position);
        entries = 0;
        entrySize = 0;
        next(8);
        leave(position + skip);
    }

    /** Parents that have no room for another box have ended; a few bytes that are left in one are passed over. */
    private void leave(long at) {
        while (!ends.isEmpty() && ends.peek() - at < 8) {
            at = Math.max(at, ends.pop());
        }
        skip = at - position;
    }

    private void padding() {
        if (bigEndian(0, 8) != 0) {
            breaks("bytes that are no box");
        }
    }

    private void note(String type) {
        switch (type) {
            case "moov" -> movie = true;
            case "moof" -> fragments = true;
            case "meta" -> meta = true;
            case "mdat", "jxlc", "jxlp", "idat" -> data = true;
            default -> {
                // says nothing of what must be there
            }
        }
    }

    @Override
    String missing() {
        if (!toTheEnd && !padded && (!isBetween() || !ends.isEmpty())) {
            return "the last box is not complete";
        }
        if (!fragments && farthest >= position) {
            return "samples lie behind the end";
        }
        return switch (content) {
            case MOVIE -> movie && data ? null : "there is no moov or no mdat box";
            case PICTURE -> (meta || movie) && data ? null : "there is no meta or no mdat box";
            case JPEG_XL -> data ? null : "there is no codestream";
        };
    }
}
