package io.mediakeep.copy;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.ContainerCheck;
import io.mediakeep.fetch.Fetched;
import io.mediakeep.fetch.MediaType;
import io.mediakeep.ledger.Digests;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.storage.ObjectDescription;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StoredObject;
import io.mediakeep.storage.UploadedPart;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one media on their way into the bucket: one part is held, the parts before it are in a multipart upload.
 * For one thread.
 */
final class Upload {
    private static final Logger LOG = LoggerFactory.getLogger(Upload.class);

    private final Storage storage;
    private final ObjectKeys keys;
    private final MediaLedger ledger;
    private final Claimed media;
    private final String account;
    private final byte[] buffer;
    private final List<UploadedPart> parts = new ArrayList<>();

    private MessageDigest sha256;
    private MessageDigest md5;
    private String expectedMd5;
    private long announced;
    private long position;
    private int filled;
    private MediaType type;
    private ContainerCheck container;
    private String key;
    private String uploadId;

    /** @param buffer holds one part */
    Upload(Storage storage, ObjectKeys keys, MediaLedger ledger, Claimed media, String account, byte[] buffer) {
        this.storage = storage;
        this.keys = keys;
        this.ledger = ledger;
        this.media = media;
        this.account = account;
        this.buffer = buffer;
        begin();
    }

    /** Bytes taken so far. */
    long position() {
        return position;
    }

    /** Throws away what there is: the source begins at its first byte again. */
    void restart() {
        abort();
        begin();
    }

    /**
     * What the source says of the whole.
     *
     * @param length -1 if it said nothing
     * @param base64 MD5 of the whole, null if it said nothing
     */
    void expect(long length, String base64) {
        announced = length;
        if (position == 0 && base64 != null) {
            expectedMd5 = base64;
            md5 = newMd5();
        }
    }

    /** Takes all bytes up to the source's end. */
    void readFrom(Fetched source) {
        while (true) {
            if (filled == buffer.length) {
                sendPart();
            }
            int count = source.read(buffer, filled, buffer.length - filled);
            if (count < 0) {
                return;
            }
            sha256.update(buffer, filled, count);
            if (md5 != null) {
                md5.update(buffer, filled, count);
            }
            filled += count;
            position += count;
            if (type == null && filled >= MediaType.HEAD) {
                recognize();
            } else if (type != null) {
                container.update(buffer, filled - count, count);
            }
        }
    }

    /** Verifies, stores and looks at what is stored. */
    Stored finish(String host) {
        if (position == 0) {
            throw new RetryableFailure("resp_length", host + " sent no byte");
        }
        if (type == null) {
            recognize();
        }
        if (announced < 0) {
            container.finish();
        }
        if (md5 != null && !Base64.getEncoder().encodeToString(md5.digest()).equals(expectedMd5)) {
            throw new RetryableFailure("resp_checksum", "the bytes do not fit the Content-MD5 of " + host);
        }
        String digest = HexFormat.of().formatHex(sha256.digest());
        ObjectDescription description = describe(digest);
        if (parts.isEmpty()) {
            storage.put(key, buffer, filled, description);
        } else {
            if (filled > 0) {
                sendPart();
            }
            storage.complete(key, uploadId, parts, digest);
            uploadId = null;
            if (!storage.describe(key, description)) {
                LOG.info(
                        "The storage does not set metadata of a finished object; the manifest has the sha256 of {}",
                        key);
            }
        }
        StoredObject there = storage.head(key)
                .orElseThrow(() -> new RetryableFailure("storage", key + " is not in the bucket after it was stored"));
        if (there.size() != position) {
            throw new FinalFailure(
                    "object_conflict", key + " has " + there.size() + " bytes in the bucket, expected " + position);
        }
        return new Stored(key, position, digest, type.contentType(), host);
    }

    /** Leaves no open multipart upload behind; trouble with that is left to the sweep. */
    void abort() {
        if (uploadId == null) {
            return;
        }
        try {
            storage.abort(key, uploadId);
        } catch (RuntimeException e) {
            LOG.debug("An upload of {} stays open for the sweep", key, e);
        }
        uploadId = null;
    }

    private void begin() {
        sha256 = Digests.newSha256();
        md5 = null;
        expectedMd5 = null;
        announced = -1;
        position = 0;
        filled = 0;
        type = null;
        container = null;
        parts.clear();
    }

    private void recognize() {
        type = MediaType.sniff(buffer, filled).orElseThrow(() -> MediaType.refusal(buffer, filled));
        container = new ContainerCheck(type);
        container.update(buffer, 0, filled);
        LocalDate day = LocalDate.ofInstant(media.createdAt(), ZoneOffset.UTC);
        key = keys.object(new ObjectKeys.Names(
                media.id().provider(),
                media.id().taskId(),
                media.id().mediaKey(),
                type.extension(),
                account,
                day,
                media.kind()));
    }

    private void sendPart() {
        if (uploadId == null) {
            uploadId = storage.createMultipart(key, describe(null));
            if (!ledger.uploading(media, key, uploadId)) {
                throw new LeaseLostException(media.id());
            }
        }
        parts.add(storage.uploadPart(key, uploadId, parts.size() + 1, buffer, filled));
        filled = 0;
    }

    private ObjectDescription describe(String digest) {
        return ObjectDescription.of(
                type.contentType(),
                media.id().provider(),
                media.id().taskId(),
                media.id().mediaKey(),
                digest);
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
