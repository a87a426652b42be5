package io.mediakeep.copy;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Digests;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.Fetched;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.UploadLedger.Open;
import io.mediakeep.ledger.UploadLedger.Source;
import io.mediakeep.media.ContainerCheck;
import io.mediakeep.media.MediaType;
import io.mediakeep.storage.StoredObject;
import io.mediakeep.storage.UploadedPart;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of one media on their way into the bucket: a part is filled, the parts before it are held or in a multipart
 * upload. That may be one that an earlier attempt began; then nobody has seen all bytes, and the finished object is read
 * back once. Owns its parts and buffers until it is closed. For one thread.
 */
final class Upload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upload.class);

    private final Parts parts;
    private final Buffers buffers;
    private final Claimed media;
    private final Checksum.Algorithm algorithm;
    private final Set<String> kinds;
    private byte[] buffer;

    private Checksum.Running checksum;
    private MessageDigest md5;
    private Source source;
    private long position;
    private int filled;
    private MediaType type;
    private ContainerCheck container;
    /** Set while all bytes from the first one on went through this object. */
    private boolean seen;

    private boolean spoilt;
    private String lastHost;
    private Checksum sum;
    private boolean vouched;

    /**
     * @param kinds   of media that may be
     * @param buffers lends those that are filled and sent
     */
    Upload(Parts parts, Claimed media, Checksum.Algorithm algorithm, Set<String> kinds, Buffers buffers) {
        this.parts = parts;
        this.media = media;
        this.algorithm = algorithm;
        this.kinds = kinds;
        this.buffers = buffers;
        this.buffer = buffers.take();
        parts.spare(buffers.takeSpares());
        begin();
    }

    /** Waits for what is under way and gives the buffers back; what the storage has stays as it is. */
    @Override
    public void close() {
        parts.settle();
        buffers.giveBack(buffer);
        buffers.giveBackSpares(parts.spares());
    }

    /**
     * Goes on with what an earlier attempt left, as far as the storage still has it.
     *
     * @return the object, if that attempt ended after the storage had made it and before the ledger knew
     * @throws LeaseLostException if another node has taken the media over
     */
    Optional<Stored> takeUp() {
        Open open = parts.find().orElse(null);
        if (open == null) {
            return Optional.empty();
        }
        List<UploadedPart> listed = parts.listed(open);
        if (listed.isEmpty()) { // The upload may be an object by now.
            Optional<Stored> stored = found(open);
            if (stored.isPresent()) {
                return stored;
            }
        }
        position = parts.takeUp(open, listed, buffer.length);
        if (position == 0) {
            parts.discard();
        } else {
            source = open.source();
            seen = false;
            LOG.info("Copy of {} goes on after {} bytes of an earlier attempt", media.id(), position);
        }
        return Optional.empty();
    }

    /** Bytes taken so far. */
    long position() {
        return position;
    }

    /** Tag of the version that they belong to; null if the source has none that is strong. */
    String etag() {
        return source == null ? null : source.etag();
    }

    /** Whether all bytes that were announced are in the storage. */
    boolean isWhole() {
        return source != null && position > 0 && position == source.length();
    }

    /** What the first bytes are; null while that is not known. */
    String contentType() {
        return type == null ? null : type.contentType();
    }

    /** Bytes of the source; -1 if it did not say. */
    long announced() {
        return source == null ? -1 : source.length();
    }

    String key() {
        return parts.key();
    }

    /** Names the object; true if all begins anew for it, with the first byte of the source. */
    boolean name(String key) {
        boolean anew = parts.isBegun();
        if (anew) {
            restart();
        }
        parts.name(key);
        return anew;
    }

    void storageClass(String name) {
        parts.storageClass(name);
    }

    void removeObject() {
        parts.removeOurs();
    }

    /** Whether the answer goes on where the bytes so far end, in the same version. */
    boolean goesOn(Fetched answer) {
        return answer.start() == position
                && (position == 0
                        || source.length() < 0
                        || answer.announcedLength() < 0
                        || answer.announcedLength() == source.length());
    }

    /** Throws away what there is: the source begins at its first byte again. */
    void restart() {
        parts.discard();
        begin();
    }

    /**
     * Takes bytes of the source.
     *
     * @param all up to its end; else as many as say what it is
     * @return whether it has ended
     */
    boolean readFrom(Fetched answer, boolean all) {
        lastHost = answer.sourceHost();
        if (position == 0) {
            source = new Source(
                    answer.sourceHost(),
                    answer.strongEtag().orElse(null),
                    answer.announcedLength(),
                    answer.contentMd5());
            md5 = source.md5() == null ? null : Digests.newMd5();
        }
        while (all || seen && type == null) {
            if (filled == buffer.length) {
                buffer = parts.take(type, source, buffer);
                filled = 0;
            }
            int count = answer.read(buffer, filled, buffer.length - filled);
            if (count < 0) {
                if (seen && type == null && position > 0) {
                    recognize();
                }
                return true;
            }
            if (seen) {
                see(count);
            }
            filled += count;
            position += count;
            if (seen && type == null && filled >= MediaType.HEAD) {
                recognize();
            }
        }
        return false;
    }

    /** Host that sent the last byte. */
    private String host() {
        return lastHost != null ? lastHost : source.host();
    }

    /** Verifies what can be before it is an object, and makes it one. */
    void store() {
        if (position == 0) {
            throw new RefreshableFailure("resp_length", host() + " sent no byte");
        }
        spoilt = true;
        if (source.length() >= 0 && position != source.length()) {
            throw new RetryableFailure("resp_length", "expected " + source.length() + " bytes, but found " + position);
        }
        if (seen) {
            storeSeen();
        } else {
            storeUnseen();
        }
    }

    private void storeSeen() {
        container.finish();
        if (md5 != null && !Base64.getEncoder().encodeToString(md5.digest()).equals(source.md5())) {
            throw new RetryableFailure("resp_checksum", "the bytes do not fit the Content-MD5 of " + host());
        }
        spoilt = false;
        sum = checksum.end();
        if (parts.isEmpty()) {
            vouched = parts.put(type, buffer, filled, sum);
        } else {
            sendPart();
            vouched = parts.complete(sum);
        }
    }

    private void storeUnseen() {
        spoilt = false;
        sendPart();
        try {
            parts.complete(null);
        } catch (RetryableFailure e) {
            // Without a checksum nobody can tell whether it is the same: the next attempt begins at zero and knows.
            spoilt = parts.isKeyTaken();
            throw e;
        }
    }

    /** Looks at what is stored, where the storage has not said it, and puts the checksum beside it. */
    Stored vouch() {
        if (!seen) {
            return vouchUnseen();
        }
        if (!parts.isEmpty()) {
            parts.describe(type, sum);
        }
        return vouched ? stored(type, sum, host()) : recorded(type, sum, host());
    }

    private Stored vouchUnseen() {
        ReadBack object = parts.readBack(algorithm, source.md5() != null, kinds, buffer);
        if (!fits(object)) {
            spoilt = true;
            parts.removeObject();
            throw object.failure()
                    .orElseGet(() -> new RetryableFailure(
                            "resp_checksum", "the object that was made of several attempts is not what was sent"));
        }
        Checksum whole = object.checksum();
        parts.describe(object.type(), whole);
        return recorded(object.type(), whole, host());
    }

    /** What stands under the key of an upload that the storage does not know any more, if it is what the upload should become. */
    private Optional<Stored> found(Open open) {
        StoredObject object = parts.ours(open).orElse(null);
        if (object == null) {
            return Optional.empty();
        }
        source = open.source();
        position = object.size();
        Optional<Checksum> known = parts.checksum(object);
        if (known.isPresent()) {
            // Only a finished copy writes it.
            return Optional.of(new Stored(object.key(), position, known.get(), object.contentType(), source.host()));
        }
        ReadBack read = parts.readBack(algorithm, source.md5() != null, kinds, buffer);
        if (!fits(read)) {
            LOG.warn("What an earlier attempt made of {} is damaged: it is copied from the beginning", media.id());
            parts.removeObject();
            begin();
            return Optional.empty();
        }
        Checksum whole = read.checksum();
        parts.describe(read.type(), whole);
        return Optional.of(recorded(read.type(), whole, source.host()));
    }

    private boolean fits(ReadBack object) {
        return object.failure().isEmpty()
                && object.size() == position
                && object.partsFit()
                && (source.md5() == null || object.md5().equals(source.md5()));
    }

    private Stored recorded(MediaType type, Checksum sum, String host) {
        StoredObject there = parts.head()
                .orElseThrow(() ->
                        new RetryableFailure("storage", parts.key() + " is not in the bucket after it was stored"));
        if (there.size() != position) {
            // We have just stored it: a storage that is late, or a proxy, shows another one.
            throw new RetryableFailure(
                    "storage", parts.key() + " is shown with " + there.size() + " bytes, expected " + position);
        }
        return stored(type, sum, host);
    }

    private Stored stored(MediaType type, Checksum sum, String host) {
        return new Stored(parts.key(), position, sum, type.contentType(), host);
    }

    /** The attempt failed: the parts stay for the next one if it can go on with them. */
    void leave() {
        parts.settle();
        if (spoilt || etag() == null || !parts.hasAny()) {
            giveUp();
        }
    }

    /** Leaves no open multipart upload behind; trouble with that is left to the sweep. */
    void giveUp() {
        try {
            parts.discard();
        } catch (Failure | LeaseLostException | LedgerUnavailableException e) {
            LOG.debug("An upload of {} stays open for the sweep", media.id(), e);
        }
    }

    private void begin() {
        checksum = algorithm.begin();
        md5 = null;
        source = null;
        position = 0;
        filled = 0;
        type = null;
        container = null;
        seen = true;
        spoilt = false;
        lastHost = null;
    }

    private void see(int count) {
        checksum.update(buffer, filled, count);
        if (md5 != null) {
            md5.update(buffer, filled, count);
        }
        if (type != null) {
            look(filled, count);
        }
    }

    private void recognize() {
        type = MediaType.require(buffer, filled, kinds);
        container = new ContainerCheck(type);
        look(0, filled);
        parts.name(type);
    }

    /** What is no such container is of no use to the next attempt either. */
    private void look(int from, int count) {
        try {
            container.update(buffer, from, count);
        } catch (RetryableFailure e) {
            spoilt = true;
            throw e;
        }
    }

    private void sendPart() {
        if (filled > 0) {
            buffer = parts.send(type, source, buffer, filled);
            filled = 0;
        }
    }
}
