package io.mediakeep.media;

/** Headers of MPEG audio layer 3 and of ADTS. */
final class AudioFrame {
    private AudioFrame() {}

    /** Bytes of the frame whose header begins here; 0 if none does. Eleven set bits alone are common in other data. */
    static int size(byte[] b, int at, int n, boolean adts) {
        if (at + (adts ? 7 : 4) > n || b[at] != -1) {
            return 0;
        }
        if (adts) {
            boolean header = (b[at + 1] & 0xf6) == 0xf0 && (b[at + 2] >> 2 & 15) < 13;
            int size = (b[at + 3] & 3) << 11 | (b[at + 4] & 0xff) << 3 | (b[at + 5] & 0xe0) >> 5;
            return header && size >= 7 ? size : 0;
        }
        int version = (b[at + 1] >> 3) & 3;
        int bitrate = (b[at + 2] >> 4) & 15;
        int rate = (b[at + 2] >> 2) & 3;
        if ((b[at + 1] & 0xe6) != 0xe2 || version == 1 || bitrate == 0 || bitrate == 15 || rate == 3) {
            return 0;
        }
        int[] kbits = version == 3
                ? new int[] {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
                : new int[] {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
        int hertz = new int[] {44100, 48000, 32000}[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        return (version == 3 ? 144000 : 72000) * kbits[bitrate] / hertz + ((b[at + 2] >> 1) & 1);
    }

    /** What all frames of one stream have in common. */
    static int[] make(byte[] b, int at, boolean adts) {
        return new int[] {b[at + 1] & (adts ? 0xff : 0xfe), b[at + 2] & (adts ? 0xfc : 0x0c)};
    }

    /**
     * Whether frames of one make follow each other from here on.
     *
     * @param least so many of them, or fewer that end with the bytes or with a tag
     */
    static boolean follow(byte[] b, int at, int n, boolean whole, boolean adts, int least) {
        int[] make = null;
        int next = at;
        for (int frames = 0; frames < least; frames++) {
            int size = size(b, next, n, adts);
            boolean same = size > 0 && (make == null || java.util.Arrays.equals(make, make(b, next, adts)));
            if (!same) {
                boolean tag = !adts && frames > 0 && (text(b, next, n, "TAG") || text(b, next, n, "APE"));
                return frames > 0 && (tag || whole && next == n);
            }
            make = make(b, next, adts);
            next += size;
        }
        return next <= n || least > 1;
    }

    private static boolean text(byte[] b, int at, int n, String expected) {
        for (int i = 0; i < expected.length(); i++) {
            if (at + i >= n || b[at + i] != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
