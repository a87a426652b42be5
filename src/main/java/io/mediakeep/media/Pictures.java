package io.mediakeep.media;

/** Containers of still and moving pictures that are not built on ISO base media or RIFF. */
final class Pictures {
    private Pictures() {}

    /** Source: W3C "Portable Network Graphics". */
    static final class Png extends Records {
        private boolean data;
        private boolean last;
        private boolean ended;

        Png() {
            super(16);
        }

        @Override
        void read() {
            if (last) {
                ended = true;
                rest();
                return;
            }
            int from = length() - 8;
            String type = text(from + 4, 4);
            if (!type.matches("[A-Za-z]{4}") || at(from) > 0x7f) {
                breaks("bytes that are no chunk");
                return;
            }
            data |= type.equals("IDAT");
            skip = bigEndian(from, 4) + (type.equals("IEND") ? 3 : 4);
            last = type.equals("IEND");
            next(last ? 1 : 8);
        }

        @Override
        String missing() {
            return !ended ? "there is no complete IEND chunk" : data ? null : "there is no IDAT chunk";
        }
    }

    /**
     * Segments up to each scan, then entropy-coded bytes up to a marker; several scans in a progressive image. What cameras put
     * behind the end does not matter. Source: ITU-T T.81, annex B.
     */
    static final class Jpeg extends Container {
        private static final int MOST_JUNK = 1_024;

        private enum State {
            MARKER,
            CODE,
            SIZE_HIGH,
            SIZE_LOW,
            SCAN,
            SCAN_CODE
        }

        private State state = State.MARKER;
        private int code;
        private int high;
        private int junk;
        private boolean frame;
        private boolean scan;
        private boolean ended;

        @Override
        void accept(int b) {
            switch (state) {
                case MARKER -> {
                    if (b == 0xff) {
                        state = State.CODE;
                    } else if (++junk > MOST_JUNK) {
                        breaks("bytes that are no segment");
                    }
                }
                case CODE -> marker(b);
                case SIZE_HIGH -> {
                    high = b;
                    state = State.SIZE_LOW;
                }
                case SIZE_LOW -> {
                    skip = Math.max(0, (high << 8 | b) - 2);
                    scan |= code == 0xda;
                    state = code == 0xda ? State.SCAN : State.MARKER;
                }
                case SCAN -> state = b == 0xff ? State.SCAN_CODE : State.SCAN;
                case SCAN_CODE -> {
                    if (b == 0 || b >= 0xd0 && b <= 0xd7) {
                        state = State.SCAN;
                    } else if (b != 0xff) {
                        marker(b);
                    }
                }
            }
        }

        private void marker(int b) {
            code = b;
            if (b == 0xd9) {
                if (!frame || !scan) {
                    breaks("an end of image without an image");
                }
                ended = true;
                rest();
            } else if (b == 0xff) {
                state = State.CODE;
            } else if (b == 0xd8 || b == 0x01 || b == 0x00 || b >= 0xd0 && b <= 0xd7) {
                state = State.MARKER;
            } else {
                frame |= b >= 0xc0 && b <= 0xcf && b != 0xc4 && b != 0xc8 && b != 0xcc;
                state = State.SIZE_HIGH;
            }
        }

        @Override
        String missing() {
            return ended ? null : "there is no end of image";
        }
    }

    /** Source: GIF89a specification. */
    static final class Gif extends Container {
        private enum State {
            SCREEN,
            BLOCK,
            LABEL,
            IMAGE,
            CODE_SIZE,
            SUB_BLOCK
        }

        private State state = State.SCREEN;
        private boolean image;
        private boolean ended;

        Gif() {
            skip = 10;
        }

        @Override
        void accept(int b) {
            switch (state) {
                case SCREEN -> {
                    skip = 2 + colors(b);
                    state = State.BLOCK;
                }
                case BLOCK -> block(b);
                case LABEL -> state = State.SUB_BLOCK;
                case IMAGE -> {
                    skip = colors(b);
                    state = State.CODE_SIZE;
                }
                case CODE_SIZE -> state = State.SUB_BLOCK;
                case SUB_BLOCK -> {
                    skip = b;
                    state = b == 0 ? State.BLOCK : State.SUB_BLOCK;
                }
            }
        }

        private void block(int b) {
            switch (b) {
                case 0x3b -> {
                    ended = true;
                    rest();
                }
                case 0x2c -> {
                    image = true;
                    skip = 8;
                    state = State.IMAGE;
                }
                case 0x21 -> state = State.LABEL;
                case 0x00 -> {
                    // one terminator too many, which viewers pass over
                }
                default -> breaks("bytes that are no block");
            }
        }

        /** Bytes of the color table that these flags announce. */
        private static int colors(int flags) {
            return (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
        }

        @Override
        String missing() {
            return !ended ? "there is no trailer" : image ? null : "there is no image";
        }
    }

    /** The size in front is often wrong; where the pixels are not packed, they say themselves how many bytes they are. */
    static final class Bmp extends Records {
        private static final int LAST_COMPRESSION = 13;

        private long end;

        Bmp() {
            super(34);
        }

        @Override
        void read() {
            long pixels = littleEndian(10, 4);
            long compression = littleEndian(30, 4);
            end = pixels + 1;
            if (compression > LAST_COMPRESSION) {
                breaks("bytes that are no header");
            } else if (compression == 0 || compression == 3) {
                long width = Math.abs((int) littleEndian(18, 4));
                long height = Math.abs((int) littleEndian(22, 4));
                long row = (width * littleEndian(28, 2) + 31) / 32 * 4;
                end = pixels + row * height;
            }
            rest();
        }

        @Override
        String missing() {
            return end == 0 || position < end ? "there are not all pixels" : null;
        }
    }

    /** The directory may stand anywhere; where it is passed, it must lie before the end. Source: TIFF 6.0. */
    static final class Tiff extends Records {
        private static final int END = -1;

        private boolean big;
        private long directory;
        private boolean read;
        private int entries;

        Tiff() {
            super(8);
        }

        @Override
        void read() {
            if (directory == 0) {
                big = at(0) == 'M';
                directory = number(4, 4);
                skip = directory - 8;
                if (skip < 0) {
                    breaks("a directory inside the header");
                }
                next(2);
            } else if (entries == 0) {
                entries = (int) number(0, 2);
                if (entries == 0) {
                    breaks("an empty directory");
                }
                next(12);
            } else if (entries == END) {
                read = true;
                rest();
            } else if (number(2, 2) == 0 || number(2, 2) > 18) {
                breaks("bytes that are no directory");
            } else if (--entries == 0) {
                entries = END;
                next(4);
            }
        }

        private long number(int from, int bytes) {
            return big ? bigEndian(from, bytes) : littleEndian(from, bytes);
        }

        @Override
        String missing() {
            return read ? null : "the directory is not complete";
        }
    }
}
