package io.mediakeep.fetch;

import io.mediakeep.failure.RetryableFailure;
import java.util.Optional;

/**
 * Tells from a container's own sizes and end marks whether a resource is whole, for origins that announce no length. Reads
 * along with the download and keeps a few bytes only. Not thread-safe.
 *
 * <p>MP4 and its relatives, PNG, JPEG, GIF, RIFF (WAV, WebP) and WebM or Matroska with a known segment size can be judged. FLAC,
 * MP3, AAC, Ogg, MPEG-TS and live-written WebM or WAV cannot: their frames end anywhere, {@link #knowsEnd()} is false and {@link
 * #problem()} stays empty. A fragmented MP4 that was cut between two fragments looks whole.
 */
public final class ContainerCheck {
    private final Format format;
    private long position;

    /** @param type as found by {@link MediaType#sniff}; the bytes must begin with the resource's first one */
    public ContainerCheck(MediaType type) {
        this.format = switch (type.extension()) {
            case "mp4", "m4v", "m4a", "mov" -> new Boxes(true);
            case "avif", "heic" -> new Boxes(false);
            case "png" -> new Png();
            case "jpg" -> new Jpeg();
            case "gif" -> new Gif();
            case "wav", "webp" -> new Riff();
            case "webm", "mkv" -> new Matroska();
            default -> new Unknown();
        };
    }

    /** The next bytes, in order and without gaps. */
    public void update(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (format.skip > 0) {
                int step = (int) Math.min(format.skip, end - at);
                format.skip -= step;
                position += step;
                at += step;
            } else {
                position++;
                format.accept(bytes[at++] & 0xff, position);
            }
        }
    }

    /** @return false if this container cannot say where it ends; to be asked after the last byte */
    public boolean knowsEnd() {
        return format.knowsEnd();
    }

    /** @return what is missing or wrong if the bytes so far are all; empty if they are whole or nothing can be said */
    public Optional<String> problem() {
        return Optional.ofNullable(format.problem(position));
    }

    /** @throws RetryableFailure {@code resp_truncated} if there is a {@link #problem()} */
    public void finish() {
        problem().ifPresent(problem -> {
            throw new RetryableFailure("resp_truncated", "after " + position + " bytes: " + problem);
        });
    }

    /** One container's grammar, fed byte by byte except for the stretches it skips. */
    private abstract static class Format {
        /** Bytes that do not matter; may go beyond the end, which then shows. */
        long skip;

        /** @param position bytes so far, this one included */
        abstract void accept(int b, long position);

        abstract String problem(long position);

        boolean knowsEnd() {
            return true;
        }
    }

    private static final class Unknown extends Format {
        @Override
        void accept(int b, long position) {
            skip = Long.MAX_VALUE;
        }

        @Override
        String problem(long position) {
            return null;
        }

        @Override
        boolean knowsEnd() {
            return false;
        }
    }

    /** ISO base media: a row of boxes, each with its size in front. */
    private static final class Boxes extends Format {
        private final boolean needsMovie;
        private int have;
        private int need = 8;
        private long size;
        private long type;
        private boolean toTheEnd;
        private boolean movie;
        private boolean data;
        private String broken;

        Boxes(boolean needsMovie) {
            this.needsMovie = needsMovie;
        }

        @Override
        void accept(int b, long position) {
            if (have < 4) {
                size = size << 8 | b;
            } else if (have < 8) {
                type = type << 8 | b;
            } else {
                size = size << 8 | b;
            }
            if (++have < need) {
                return;
            }
            if (have == 8 && size == 1) {
                need = 16;
                size = 0;
                return;
            }
            if (type == fourCc("moov")) {
                movie = true;
            } else if (type == fourCc("mdat")) {
                data = true;
            }
            if (have == 8 && size == 0) {
                toTheEnd = true;
                skip = Long.MAX_VALUE;
            } else if (size < have) {
                broken = "a box is smaller than its header";
                skip = Long.MAX_VALUE;
            } else {
                skip = size - have;
            }
            have = 0;
            need = 8;
            size = 0;
            type = 0;
        }

        @Override
        String problem(long position) {
            if (broken != null) {
                return broken;
            }
            if (have > 0 || skip > 0 && !toTheEnd) {
                return "the last box is not complete";
            }
            return needsMovie && !(movie && data) ? "there is no moov or no mdat box" : null;
        }

        private static long fourCc(String name) {
            long code = 0;
            for (char c : name.toCharArray()) {
                code = code << 8 | c;
            }
            return code;
        }
    }

    private static final class Png extends Format {
        private int have;
        private long size;
        private long type;
        private boolean last;
        private boolean ended;

        Png() {
            skip = 8;
        }

        @Override
        void accept(int b, long position) {
            if (last) {
                ended = true;
                skip = Long.MAX_VALUE;
                return;
            }
            if (have < 4) {
                size = size << 8 | b;
            } else {
                type = type << 8 | b;
            }
            if (++have == 8) {
                skip = size + 4;
                if (type == 0x49454e44L) {
                    last = true;
                }
                have = 0;
                size = 0;
                type = 0;
            }
        }

        @Override
        String problem(long position) {
            return ended || last && skip == 0 ? null : "there is no complete IEND chunk";
        }
    }

    /** Segments up to each scan, then entropy-coded bytes up to a marker; several scans in a progressive image. */
    private static final class Jpeg extends Format {
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
        private boolean ended;

        @Override
        void accept(int b, long position) {
            switch (state) {
                case MARKER -> state = b == 0xff ? State.CODE : State.MARKER;
                case CODE -> marker(b);
                case SIZE_HIGH -> {
                    high = b;
                    state = State.SIZE_LOW;
                }
                case SIZE_LOW -> {
                    skip = Math.max(0, (high << 8 | b) - 2);
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
                ended = true;
                skip = Long.MAX_VALUE;
            } else if (b == 0xff) {
                state = State.CODE;
            } else if (b == 0xd8 || b == 0x01 || b == 0x00 || b >= 0xd0 && b <= 0xd7) {
                state = State.MARKER;
            } else {
                state = State.SIZE_HIGH;
            }
        }

        @Override
        String problem(long position) {
            return ended ? null : "there is no end of image";
        }
    }

    private static final class Gif extends Format {
        private enum State {
            SCREEN,
            BLOCK,
            LABEL,
            IMAGE,
            CODE_SIZE,
            SUB_BLOCK
        }

        private State state = State.SCREEN;
        private int imageBytes;
        private boolean ended;

        Gif() {
            skip = 10;
        }

        @Override
        void accept(int b, long position) {
            switch (state) {
                case SCREEN -> {
                    skip = 2 + colors(b);
                    state = State.BLOCK;
                }
                case BLOCK -> {
                    if (b == 0x3b) {
                        ended = true;
                        skip = Long.MAX_VALUE;
                    } else if (b == 0x2c) {
                        imageBytes = 0;
                        skip = 8;
                        state = State.IMAGE;
                    } else if (b == 0x21) {
                        state = State.LABEL;
                    }
                }
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

        /** Bytes of the color table that these flags announce. */
        private static int colors(int flags) {
            return (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
        }

        @Override
        String problem(long position) {
            return ended ? null : "there is no trailer";
        }
    }

    private static final class Riff extends Format {
        private long size;
        private boolean sized = true;

        Riff() {
            skip = 3;
        }

        @Override
        void accept(int b, long position) {
            if (position == 4) {
                sized = b == 'F'; // RF64 keeps its size elsewhere
            } else if (position <= 8) {
                size |= (long) b << 8 * (position - 5);
            } else {
                skip = Long.MAX_VALUE;
            }
        }

        @Override
        boolean knowsEnd() {
            return sized && size != 0 && size != 0xffffffffL && size < 0x7ffff000L;
        }

        @Override
        String problem(long position) {
            return position < 12 || knowsEnd() && position < size + 8
                    ? "the RIFF chunk announces " + (size + 8) + " bytes"
                    : null;
        }
    }

    /** The EBML header, then the segment; what lies inside does not matter. */
    private static final class Matroska extends Format {
        private static final long SEGMENT = 0x18538067L;
        private int idBytes;
        private int sizeBytes;
        private long id;
        private long size;
        private boolean unknown;
        private boolean segment;
        private int have;

        @Override
        void accept(int b, long position) {
            if (idBytes == 0) {
                idBytes = Math.max(1, Integer.numberOfLeadingZeros(b) - 23);
                id = b;
                have = 1;
            } else if (have < idBytes) {
                id = id << 8 | b;
                have++;
            } else if (sizeBytes == 0) {
                sizeBytes = Integer.numberOfLeadingZeros(b) - 23;
                size = b & (0xff >> sizeBytes);
                unknown = sizeBytes > 8;
                have = idBytes + 1;
            } else {
                size = size << 8 | b;
                have++;
            }
            if (sizeBytes > 0 && (unknown || have == idBytes + sizeBytes)) {
                element();
            }
        }

        private void element() {
            segment |= id == SEGMENT;
            unknown |= size == (1L << 7 * sizeBytes) - 1;
            skip = unknown ? Long.MAX_VALUE : size;
            idBytes = 0;
            sizeBytes = 0;
            have = 0;
        }

        @Override
        boolean knowsEnd() {
            return !unknown;
        }

        @Override
        String problem(long position) {
            if (unknown) {
                return segment ? null : "there is no segment";
            }
            return !segment || skip > 0 || have > 0 ? "the segment is not complete" : null;
        }
    }
}
