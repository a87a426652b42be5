package io.mediakeep.copy;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.MediaType;
import io.mediakeep.ledger.LedgerUnavailableException;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.ledger.UploadLedger.Open;
import io.mediakeep.ledger.UploadLedger.Part;
import io.mediakeep.ledger.UploadLedger.Source;
import io.mediakeep.storage.ObjectDescription;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StoredObject;
import io.mediakeep.storage.UploadedPart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one copy in the storage, and what the ledger knows of them. A part is sent, where there is a spare buffer,
 * and noted while the next one is fetched; nothing more is sent, completed or aborted before the ledger has said that the
 * lease still holds. For one thread.
 */
final class Parts {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Storage storage;
    private final UploadLedger ledger;
    private final Claimed media;
    private final Function<MediaType, String> keys;
    private final Executor work;
    private final Instant oldest;
    private final List<Part> sent = new ArrayList<>();

    private String key;
    private String uploadId;
    private byte[] spare;
    private int begun;
    private CompletableFuture<Boolean> note = CompletableFuture.completedFuture(true);
    private StoredObject made;

    /**
     * @param keys   object key for a type
     * @param work   runs what goes on beside the fetching
     * @param oldest uploads that were begun before are too old to go on with
     */
    Parts(
            Storage storage,
            UploadLedger ledger,
            Claimed media,
            Function<MediaType, String> keys,
            Executor work,
            Instant oldest) {
        this.storage = storage;
        this.ledger = ledger;
        this.media = media;
        this.keys = keys;
        this.work = work;
        this.oldest = oldest;
    }

    /** Whether no part was begun. */
    boolean isEmpty() {
        return begun == 0;
    }

    /** Whether the storage has taken any part; to be asked after {@link #settle}. */
    boolean hasAny() {
        return !sent.isEmpty();
    }

    /** Lets parts be sent while this other buffer is filled; null for none. */
    void spare(byte[] other) {
        spare = other;
    }

    /** The one that is not being filled, to be given back after {@link #settle}; null if there was none. */
    byte[] spare() {
        return spare;
    }

    String key() {
        return key;
    }

    void name(MediaType type) {
        key = keys.apply(type);
    }

    /** The upload that an earlier attempt left open. */
    Optional<Open> find() {
        return media.uploadId() == null ? Optional.empty() : ledger.find(media);
    }

    /** What the storage has of it. */
    List<UploadedPart> listed(Open open) {
        key = open.objectKey();
        uploadId = open.uploadId();
        return storage.listParts(key, uploadId);
    }

    /** Takes over the parts that can be gone on with; returns their bytes. */
    long takeUp(Open open, List<UploadedPart> listed, int partSize) {
        sent.clear();
        sent.addAll(Resume.parts(open, listed, partSize, oldest));
        begun = sent.size();
        return sent.stream().mapToLong(Part::size).sum();
    }

    /** The object under the key of the upload, if it was made by it or by a copy of this media. */
    Optional<StoredObject> ours(Open open) {
        Optional<StoredObject> found = storage.head(open.objectKey()).filter(object -> {
            long expected = open.source().length();
            return (expected < 0 || expected == object.size())
                    && (Storage.isMadeOf(object, uploaded(open.parts()))
                            || object.metadata()
                                    .entrySet()
                                    .containsAll(ObjectDescription.of(
                                                    "a/b",
                                                    media.id().provider(),
                                                    media.id().taskId(),
                                                    media.id().mediaKey(),
                                                    null)
                                            .metadata()
                                            .entrySet()));
        });
        made = found.orElse(null);
        sent.clear();
        if (made != null && open.parts().stream().mapToLong(Part::size).sum() == made.size()) {
            sent.addAll(open.parts());
        }
        begun = sent.size();
        return found;
    }

    /**
     * Sends a part, and notes it while the caller goes on.
     *
     * @return the buffer to go on with: the same one, or the spare one while this one is being sent
     */
    byte[] send(MediaType type, Source source, byte[] buffer, int length) {
        if (uploadId == null) {
            String id = storage.createMultipart(key, description(type, null));
            if (!ledger.begin(media, key, id, source)) {
                abort(id); // The ledger does not know it, so nobody else works on it.
                throw new LeaseLostException(media.id());
            }
            uploadId = id;
        }
        check();
        String id = uploadId;
        int number = ++begun;
        if (spare == null) {
            Part part = transfer(id, number, buffer, length);
            note = CompletableFuture.supplyAsync(() -> ledger.add(media, id, part), work);
            return buffer;
        }
        byte[] free = spare;
        spare = buffer;
        note = CompletableFuture.supplyAsync(() -> ledger.add(media, id, transfer(id, number, buffer, length)), work);
        return free;
    }

    private Part transfer(String id, int number, byte[] buffer, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer, 0, length);
        UploadedPart taken = storage.uploadPart(key, id, number, buffer, length);
        Part part = new Part(taken.number(), length, taken.etag(), crc.getValue());
        sent.add(part); // Nobody looks before the note has come.
        return part;
    }

    void put(MediaType type, byte[] buffer, int length, String sha256) {
        storage.put(key, buffer, length, description(type, sha256));
    }

    /** @param sha256 null if it is not known */
    void complete(String sha256) {
        check();
        storage.complete(key, uploadId, uploaded(sent), sha256);
    }

    /** Whether something stands under the key; false also if that cannot be found out. */
    boolean isKeyTaken() {
        try {
            return storage.head(key).isPresent();
        } catch (RetryableFailure e) {
            return false;
        }
    }

    Optional<StoredObject> head() {
        return storage.head(key);
    }

    ReadBack readBack(boolean wantsMd5, byte[] buffer) {
        made = storage.head(key)
                .orElseThrow(() -> new RetryableFailure("storage", key + " is not in the bucket after it was stored"));
        return ReadBack.of(storage, key, sent, wantsMd5, buffer);
    }

    /** Removes the object that was read back, if it still is that one and the media still is ours. */
    void removeObject() {
        if (ledger.holds(media)) {
            storage.remove(made);
        }
    }

    void describe(MediaType type, String sha256) {
        if (!storage.describe(key, description(type, sha256))) {
            LOG.info("The storage does not set metadata of a finished object; the manifest has the sha256 of {}", key);
        }
    }

    /** Waits for what goes on beside the fetching, however it ends. */
    void settle() {
        note.handle((noted, failure) -> null).join();
    }

    /**
     * Gives the upload up: first in the ledger, which knows whether it is still ours, then in the storage. What cannot be
     * aborted is left to the sweep.
     *
     * @throws LeaseLostException         if another node works on it: it is left alone
     * @throws LedgerUnavailableException if that cannot be found out
     */
    void discard() {
        settle();
        note = CompletableFuture.completedFuture(true);
        sent.clear();
        begun = 0;
        if (uploadId == null) {
            return;
        }
        String id = uploadId;
        uploadId = null;
        if (!ledger.discard(media)) {
            throw new LeaseLostException(media.id());
        }
        if (abort(id)) {
            ledger.aborted(key, id);
        }
    }

    private boolean abort(String id) {
        try {
            storage.abort(key, id);
            return true;
        } catch (Failure e) {
            LOG.debug("An upload of {} stays open for the sweep: {}", media.id(), e.getMessage());
            return false;
        }
    }

    private void check() {
        try {
            if (!note.join()) {
                throw new LeaseLostException(media.id());
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private ObjectDescription description(MediaType type, String sha256) {
        return ObjectDescription.of(
                type.contentType(),
                media.id().provider(),
                media.id().taskId(),
                media.id().mediaKey(),
                sha256);
    }

    private static List<UploadedPart> uploaded(List<Part> parts) {
        return parts.stream()
                .map(p -> new UploadedPart(p.number(), p.etag(), p.size()))
                .toList();
    }
}
