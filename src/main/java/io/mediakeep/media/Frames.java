package io.mediakeep.media;

import java.util.Arrays;

/**
 * MPEG audio layer 3 and ADTS: frames one after the other, each with its size in its header, and tags before and behind
 * them. Players find their way through some damage, so some is forgiven; a last frame that is cut is not. Source: ISO/IEC 11172-3,
 * 13818-3, 13818-7; ID3v2; APEv2; the Xing and LAME tag.
 */
final class Frames extends Container {
    /** Enough to see a frame header and the names of tags. */
    private static final int LOOK = 10;

    /** Enough to see what the first frame says of the rest. */
    private static final int INFO = 64;

    /** Frames in a row that are no accident. */
    private static final int SURE = 3;

    private static final int OLD_TAG = 128;
    /** So much damage is little, however short the file. */
    private static final int LITTLE = 1_024;
    /** So much text at the end is no damage. */
    private static final int PAGE = 32;

    private final boolean adts;
    private final byte[] look = new byte[INFO];
    private int have;
    private int[] make;
    private long frames;
    private long audio;
    private long lost;
    /** Visible bytes in a row that end what is lost. */
    private int text;

    private boolean synced;
    private boolean tag;
    private int wanted = LOOK;
    private long told = -1;
    private int first;
    private long begin;

    Frames(boolean adts) {
        this.adts = adts;
    }

    @Override
    void accept(int b) {
        look[have++] = (byte) b;
        if (have < wanted) {
            return;
        }
        if (wanted == INFO) {
            info();
            wanted = LOOK;
            skip = first - INFO;
            have = 0;
            return;
        }
        step();
    }

    private void step() {
        long length = tagLength();
        if (length > 0) {
            tag = true;
            synced = true;
            pass(length);
            return;
        }
        int size = AudioFrame.size(look, 0, have, adts);
        if (size > 0 && (make == null || Arrays.equals(make, AudioFrame.make(look, 0, adts)))) {
            tag = false;
            synced = true;
            text = 0;
            audio += size;
            frames++;
            if (make == null) {
                make = AudioFrame.make(look, 0, adts);
                begin = position - have;
                if (!adts && size > INFO) {
                    first = size;
                    wanted = INFO;
                    return;
                }
            }
            pass(size);
            return;
        }
        if (frames < SURE) { // what looked like a frame was none
            make = null;
            frames = 0;
            audio = 0;
            told = -1;
        }
        if (make != null && !(tag && look[0] == 0)) { // zeros behind a tag are its padding
            lost++;
            text = look[0] >= ' ' || look[0] == '\n' || look[0] == '\r' ? text + 1 : 0;
            synced = false;
        }
        pass(1);
    }

    private void pass(long bytes) {
        skip = Math.max(0, bytes - have);
        have = bytes < have ? keep((int) bytes) : 0;
    }

    private int keep(int from) {
        System.arraycopy(look, from, look, 0, have - from);
        return have - from;
    }

    /** Bytes of the tag that begins here; 0 for none. */
    private long tagLength() {
        if (make == null) {
            return 0; // the length of a tag in front is wrong at times: what matters is where frames begin
        }
        if (starts("ID3") && ((look[6] | look[7] | look[8] | look[9]) & 0x80) == 0 && (look[3] & 0xff) < 0x10) {
            return 10L + (look[6] << 21 | look[7] << 14 | look[8] << 7 | look[9]) + ((look[5] & 0x10) != 0 ? 10 : 0);
        }
        if (starts("TAG")) {
            return starts("TAG+") ? 227 : OLD_TAG;
        }
        return starts("APETAGEX") || starts("LYRICSBEG") || starts("3DI") ? Long.MAX_VALUE : 0;
    }

    private boolean starts(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (look[i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The first frame may hold no sound but say how many bytes there are. */
    private void info() {
        for (int at = 4; at <= 40; at++) {
            boolean xing = look[at] == 'X' && look[at + 1] == 'i' && look[at + 2] == 'n' && look[at + 3] == 'g';
            boolean info = look[at] == 'I' && look[at + 1] == 'n' && look[at + 2] == 'f' && look[at + 3] == 'o';
            if ((xing || info) && (look[at + 7] & 2) != 0) {
                int from = at + 8 + ((look[at + 7] & 1) != 0 ? 4 : 0);
                told = (look[from] & 0xffL) << 24
                        | (look[from + 1] & 0xff) << 16
                        | (look[from + 2] & 0xff) << 8
                        | look[from + 3] & 0xff;
                return;
            }
        }
    }

    @Override
    String missing() {
        if (make == null) {
            return "there is no frame";
        }
        if (lost > LITTLE && lost > audio / 8 || text >= PAGE) {
            breaks("bytes that are no frames");
            return broken;
        }
        // Some writers count the tags as well.
        boolean counted = (position == told || position == told + OLD_TAG) && !cut();
        if (told > 0 && position - begin < told && !counted) {
            return "the first frame announces " + told + " bytes";
        }
        return told <= 0 && cut() ? "the last frame is not complete" : null;
    }

    private boolean cut() {
        return synced && !tag && (skip > 0 || wanted == INFO || have > 0 && isFrameCut());
    }

    private boolean isFrameCut() {
        return look[0] == -1 && (have < 7 || AudioFrame.size(look, 0, have, adts) > have);
    }
}
