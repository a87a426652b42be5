package io.mediakeep.media;

import java.util.Set;

/** Containers that are a stream of pages, packets, tags, chunks or frames. */
final class Streams {
    private Streams() {}

    /** Whole pages; what follows a page that says it is the last does not matter. Source: RFC 3533. */
    static final class Ogg extends Records {
        private boolean ended;
        private int pages;

        Ogg() {
            super(27);
        }

        @Override
        void read() {
            if (length() == 27) {
                if (!text(0, 4).equals("OggS") || at(4) != 0) {
                    if (ended) {
                        rest();
                    } else {
                        breaks("bytes that are no page");
                    }
                } else if (at(26) > 0) {
                    more(27 + at(26));
                } else {
                    page();
                }
                return;
            }
            for (int i = 27; i < length(); i++) {
                skip += at(i);
            }
            page();
        }

        private void page() {
            pages++;
            ended |= (at(5) & 4) != 0;
            next(27);
        }

        @Override
        String missing() {
            return pages < 2
                    ? "there is no content"
                    : isBetween() || ended && skip == 0 || skip > 1L << 60 ? null : "the last page is not complete";
        }
    }

    /** Packets of 188 bytes. Source: ISO/IEC 13818-1. */
    static final class TransportStream extends Records {
        TransportStream() {
            super(1);
        }

        @Override
        void read() {
            if (at(0) == 0x47) {
                skip = 187;
            } else {
                breaks("bytes that are no packet");
            }
        }

        @Override
        String missing() {
            return isBetween() ? null : "the last packet is not complete";
        }
    }

    /** Tags with their size in front and behind. Source: Adobe Flash Video File Format Specification 10.1. */
    static final class Flv extends Records {
        private boolean header = true;
        private int tags;

        Flv() {
            super(9);
        }

        @Override
        void read() {
            if (header) {
                header = false;
                skip = Math.max(0, bigEndian(5, 4) - 9) + 4;
                next(11);
            } else if (Set.of(8, 9, 18).contains(at(0) & 0x1f) && bigEndian(8, 3) == 0) {
                tags++;
                skip = bigEndian(1, 3) + 4;
            } else {
                breaks("bytes that are no tag");
            }
        }

        @Override
        String missing() {
            return tags == 0 ? "there is no content" : isBetween() ? null : "the last tag is not complete";
        }
    }

    /** A header and tracks. Source: Standard MIDI Files 1.0. */
    static final class Midi extends Records {
        private long tracks = -1;
        private long end = -1;

        Midi() {
            super(14);
        }

        @Override
        void read() {
            if (tracks < 0) {
                tracks = bigEndian(10, 2);
                skip = Math.max(0, bigEndian(4, 4) - 6);
            } else {
                tracks -= text(0, 4).equals("MTrk") ? 1 : 0;
                skip = bigEndian(4, 4);
                if (!isFourCc(0)) {
                    breaks("bytes that are no chunk");
                }
            }
            next(8);
            if (tracks == 0) {
                end = position + skip;
                rest();
            }
        }

        @Override
        String missing() {
            return end >= 0 && position >= end ? null : "the last track is not complete";
        }
    }

    /**
     * Metadata blocks, then frames without a size. Each ends with a check sum over itself, so that the sum over all of them is
     * zero wherever one ends. Source: RFC 9639.
     */
    static final class Flac extends Container {
        private static final int[] CRC_16 = table();

        private final byte[] header = new byte[42];
        private int have;
        private int need = 10;
        private boolean sound;
        /** As the header tells it, 0 if it does not. */
        private long expected;

        private long frames;
        private int crc;
        private boolean sync;
        private boolean ended;

        @Override
        void accept(int b) {
            if (!sound) {
                header[have++] = (byte) b;
                if (have == need) {
                    header();
                }
                return;
            }
            if (crc == 0 && frames > 0 && frames == expected && (b == 'T' || b == 'A')) {
                ended = true; // a tag as MP3 files have
                rest();
                return;
            }
            if (sync && (b & 0xfe) == 0xf8) {
                frames++;
            } else if (frames == 0 && !(crc == 0 && b == 0xff)) {
                breaks("bytes that are no frame");
            }
            sync = crc == 0 && b == 0xff;
            crc = (crc << 8 ^ CRC_16[crc >> 8 ^ b]) & 0xffff;
        }

        private void header() {
            if (need == 10 && header[0] == 'I') {
                skip = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9];
                have = 0;
            } else if (need == 10) {
                need = 42;
            } else if (need == 42) {
                long block = number(8, 2);
                long samples = (header[21] & 0xfL) << 32 | number(22, 4);
                expected = block == number(10, 2) && block > 0 ? (samples + block - 1) / block : 0;
                sound = header[4] < 0;
                need = 4;
                have = 0;
            } else {
                sound = header[0] < 0;
                skip = number(1, 3);
                have = 0;
            }
        }

        private long number(int from, int bytes) {
            long value = 0;
            for (int i = from; i < from + bytes; i++) {
                value = value << 8 | header[i] & 0xff;
            }
            return value;
        }

        private static int[] table() {
            int[] table = new int[256];
            for (int i = 0; i < 256; i++) {
                int value = i << 8;
                for (int bit = 0; bit < 8; bit++) {
                    value = (value & 0x8000) != 0 ? value << 1 ^ 0x8005 : value << 1;
                }
                table[i] = value & 0xffff;
            }
            return table;
        }

        @Override
        String missing() {
            if (ended) {
                return null;
            }
            return frames == 0 || crc != 0 || frames < expected ? "the last frame is not complete" : null;
        }
    }

    /** Objects with their size behind a GUID: Windows media. Source: Microsoft ASF Specification. */
    static final class Asf extends Records {
        private boolean packets;

        Asf() {
            super(24);
        }

        @Override
        void read() {
            packets |= bigEndian(0, 4) == 0x3626b275L;
            long size = littleEndian(16, 8);
            if (size < 24) {
                breaks("an object that is smaller than its header");
            } else {
                skip = size - 24;
            }
        }

        @Override
        String missing() {
            return !packets ? "there is no content" : isBetween() ? null : "the last object is not complete";
        }
    }
}
