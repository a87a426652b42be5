package io.mediakeep.media;

/** Containers of three-dimensional models, and archives, in which such come too. */
final class Models {
    private Models() {}

    /** Binary glTF: a length for the whole, and chunks. Source: glTF 2.0, chapter 4. */
    static final class Glb extends Records {
        private long end;
        private boolean json;

        Glb() {
            super(12);
        }

        @Override
        void read() {
            if (end == 0) {
                end = littleEndian(8, 4);
            } else {
                if (!json && !text(4, 4).equals("JSON")) {
                    breaks("bytes that are no chunk");
                    return;
                }
                json = true;
                skip = littleEndian(0, 4);
                if (position + skip >= end) {
                    rest();
                }
            }
            next(8);
        }

        @Override
        String missing() {
            return json && position >= end ? null : "the header announces " + end + " bytes";
        }
    }

    /** Binary FBX: nodes that say where they end, up to one that says nothing. */
    static final class Fbx extends Records {
        private boolean header = true;
        private boolean wide;
        private boolean ended;
        private int nodes;

        Fbx() {
            super(27);
        }

        @Override
        void read() {
            if (header) {
                header = false;
                wide = littleEndian(23, 4) >= 7_500;
                next(wide ? 25 : 13);
                return;
            }
            long end = littleEndian(0, wide ? 8 : 4);
            if (end == 0) {
                ended = true;
                rest();
            } else if (end < position) {
                breaks("a node that ends before it begins");
            } else {
                nodes++;
                skip = end - position;
            }
        }

        @Override
        String missing() {
            return ended && nodes > 0 ? null : "the last node is not complete";
        }
    }

    /** The directory stands at the end. Source: PKWARE APPNOTE, 4.3.16. */
    static final class Zip extends Container {
        private static final int RECORD = 22;

        private final byte[] record = new byte[RECORD];
        private int have;
        private boolean found;
        private long end;

        @Override
        void accept(int b) {
            record[have++] = (byte) b;
            while (have > 0 && have <= 4 && !begins()) {
                System.arraycopy(record, 1, record, 0, --have);
            }
            if (have == RECORD) {
                found = true;
                end = position + (record[20] & 0xff | (record[21] & 0xff) << 8);
                have = 0;
            }
        }

        private boolean begins() {
            byte[] mark = {'P', 'K', 5, 6};
            for (int i = 0; i < have; i++) {
                if (record[i] != mark[i]) {
                    return false;
                }
            }
            return true;
        }

        @Override
        String missing() {
            return found && position >= end ? null : "there is no directory at the end";
        }
    }
}
