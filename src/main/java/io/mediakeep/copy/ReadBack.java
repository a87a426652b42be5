package io.mediakeep.copy;

import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Digests;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.UploadLedger.Part;
import io.mediakeep.media.ContainerCheck;
import io.mediakeep.media.MediaType;
import io.mediakeep.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * An object that was made by more than one process, read from the storage once: none of them saw all of its bytes, so their
 * checksum is not known otherwise. For one thread.
 */
final class ReadBack {
    private final Checksum.Running checksum;
    private final MessageDigest md5;
    private final List<Part> parts;
    private final CRC32C crc = new CRC32C();
    private int part;
    private long ofPart;
    private long size;
    private boolean partsFit = true;
    private final Set<String> kinds;
    private MediaType type;
    private ContainerCheck container;
    private Failure failure;

    private ReadBack(List<Part> parts, Checksum.Algorithm algorithm, boolean wantsMd5, Set<String> kinds) {
        this.kinds = kinds;
        this.checksum = algorithm.begin();
        this.parts = parts;
        this.md5 = wantsMd5 ? Digests.newMd5() : null;
    }

    /**
     * @param parts    what the object should be made of; none if that is not known
     * @param wantsMd5 whether {@link #md5} is going to be asked for
     * @param kinds    of media that may be
     * @param buffer   of at least {@link MediaType#HEAD} bytes; its content is lost
     * @throws RetryableFailure {@code storage}
     */
    static ReadBack of(
            Storage storage,
            String key,
            List<Part> parts,
            Checksum.Algorithm algorithm,
            boolean wantsMd5,
            Set<String> kinds,
            byte[] buffer) {
        ReadBack read = new ReadBack(parts, algorithm, wantsMd5, kinds);
        try (InputStream object = storage.read(key)) {
            for (int count = object.readNBytes(buffer, 0, buffer.length);
                    count > 0;
                    count = object.readNBytes(buffer, 0, buffer.length)) {
                read.take(buffer, count);
            }
        } catch (IOException e) {
            throw new RetryableFailure("storage", "reading " + key + " back: the connection broke", e);
        }
        read.end();
        return read;
    }

    long size() {
        return size;
    }

    /** By its first bytes; null if they are of no media, which is a {@link #failure} then. */
    MediaType type() {
        return type;
    }

    /** To be asked for once. */
    Checksum checksum() {
        return checksum.end();
    }

    /** Base64. */
    String md5() {
        return Base64.getEncoder().encodeToString(md5.digest());
    }

    /** Whether each part has the bytes that were sent. */
    boolean partsFit() {
        return partsFit && part == parts.size();
    }

    /** Why it is not to be kept: its bytes are no media, or not all of it. */
    Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    private void end() {
        if (failure == null && container != null) {
            try {
                container.finish();
            } catch (Failure e) {
                failure = e;
            }
        }
    }

    private void take(byte[] buffer, int count) {
        if (size == 0) {
            recognize(buffer, count);
        }
        size += count;
        checksum.update(buffer, 0, count);
        if (md5 != null) {
            md5.update(buffer, 0, count);
        }
        if (container != null) {
            container.take(buffer, 0, count);
        }
        for (int at = 0; at < count && part < parts.size(); ) {
            Part current = parts.get(part);
            int step = (int) Math.min(current.size() - ofPart, count - at);
            crc.update(buffer, at, step);
            at += step;
            ofPart += step;
            if (ofPart == current.size()) {
                partsFit &= crc.getValue() == current.crc32c();
                crc.reset();
                ofPart = 0;
                part++;
            }
        }
    }

    private void recognize(byte[] buffer, int count) {
        try {
            type = MediaType.require(buffer, count, kinds);
            container = new ContainerCheck(type);
        } catch (Failure e) {
            failure = e;
        }
    }
}
