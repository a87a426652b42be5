package io.mediakeep.media;

import java.util.Set;

/**
 * WebM and Matroska: the EBML header, then segments. Whoever wrote live did not know the size of a segment, and perhaps of its
 * clusters; their elements are followed then. Source: RFC 8794, RFC 9559.
 */
final class Matroska extends Container {
    private static final long EBML = 0x1a45dfa3L;
    private static final long SEGMENT = 0x18538067L;
    private static final long CLUSTER = 0x1f43b675L;
    private static final long TRACKS = 0x1654ae6bL;
    private static final Set<Long> ANYWHERE = Set.of(0xecL, 0xbfL);
    private static final Set<Long> IN_SEGMENT = Set.of(
            CLUSTER, TRACKS, 0x114d9b74L, 0x1549a966L, 0x1c53bb6bL, 0x1941a469L, 0x1043a770L, 0x1254c367L, 0x1b538667L);
    private static final Set<Long> IN_CLUSTER = Set.of(0xe7L, 0xa3L, 0xa0L, 0xa7L, 0xabL, 0xafL, 0x5854L);

    private int idBytes;
    private int sizeBytes;
    private int have;
    private long id;
    private long size;
    private boolean ones;
    private boolean segment;
    private long segmentEnd;
    private boolean cluster;
    private boolean tracks;
    private boolean clusters;

    @Override
    void accept(int b) {
        if (idBytes == 0) {
            if (segment && segmentEnd >= 0 && position > segmentEnd) {
                segment = false; // another one, or what writers have put behind it
                cluster = false;
            }
            idBytes = Integer.numberOfLeadingZeros(b) - 23;
            id = b;
            have = 1;
            if (idBytes > 4) {
                unknown();
            }
        } else if (have < idBytes) {
            id = id << 8 | b;
            have++;
        } else if (sizeBytes == 0) {
            sizeBytes = Integer.numberOfLeadingZeros(b) - 23;
            size = b & (0xff >> sizeBytes);
            ones = size == 0xff >> sizeBytes;
            have = idBytes + 1;
            if (sizeBytes > 8) {
                unknown();
            }
        } else {
            size = size << 8 | b;
            ones &= b == 0xff;
            have++;
        }
        if (skip == 0 && sizeBytes > 0 && have == idBytes + sizeBytes) {
            element();
            idBytes = 0;
            sizeBytes = 0;
            have = 0;
        }
    }

    private void element() {
        if (id == SEGMENT) {
            segment = true;
            cluster = false;
            segmentEnd = ones ? -1 : position + size;
            return;
        }
        if (!segment || id == EBML) {
            if (id != EBML && !ANYWHERE.contains(id)) {
                unknown();
                return;
            }
            segment = false;
        } else if (IN_SEGMENT.contains(id)) {
            cluster = id == CLUSTER && ones;
            clusters |= id == CLUSTER;
            tracks |= id == TRACKS;
        } else if (!ANYWHERE.contains(id) && !(cluster && IN_CLUSTER.contains(id))) {
            unknown();
            return;
        }
        if (ones && !cluster) {
            breaks("an element without a size");
        } else if (!ones) {
            skip = size;
        }
    }

    /** Behind a whole segment anything may follow. */
    private void unknown() {
        if (clusters && segmentEnd >= 0 && !segment) {
            have = 0;
            rest();
        } else {
            breaks("bytes that are no element");
        }
    }

    @Override
    String missing() {
        if (!tracks || !clusters) {
            return "there are no tracks or no clusters";
        }
        if (segmentEnd >= 0 && position >= segmentEnd) {
            return null;
        }
        return segmentEnd >= 0 || skip > 0 || have > 0 ? "the segment is not complete" : null;
    }
}
