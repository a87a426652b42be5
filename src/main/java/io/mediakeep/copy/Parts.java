package io.mediakeep.copy;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.digest.Checksum;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.ledger.UploadLedger.Open;
import io.mediakeep.ledger.UploadLedger.Part;
import io.mediakeep.ledger.UploadLedger.Source;
import io.mediakeep.media.MediaType;
import io.mediakeep.storage.ObjectDescription;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StoredObject;
import io.mediakeep.storage.UploadedPart;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one copy in the storage, and what the ledger knows of them. What fits into the buffers of the copy is held
 * until its end, and stored with one request. Of what does not, a part is sent, where there is a spare buffer, and noted
 * while the next one is fetched; with two spare ones, two are sent at a time. Nothing is completed or aborted before the
 * ledger has said that the lease still holds, and at most one part more is sent. For one thread.
 */
final class Parts {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Storage storage;
    private final UploadLedger ledger;
    private final Claimed media;
    private final Function<MediaType, String> keys;
    private final Executor work;
    private final Instant oldest;
    /** By number; two may come at a time. */
    private final Map<Integer, Part> sent = new ConcurrentSkipListMap<>();

    private final Deque<byte[]> spares = new ArrayDeque<>();
    /** Full ones, in their order, of what may still be stored with one request. */
    private final Deque<byte[]> held = new ArrayDeque<>();

    private final Deque<Flight> flights = new ArrayDeque<>();

    private String key;
    private String chosen;
    private String storageClass;
    private String uploadId;
    private int begun;
    private StoredObject made;

    /**
     * A part under way.
     *
     * @param buffer what it is sent from; null if it was sent already, and only its note is under way
     * @param noted  false if the lease was lost
     */
    private record Flight(byte[] buffer, CompletableFuture<Boolean> noted) {}

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

    /** Whether no part was begun: all bytes so far are in memory. */
    boolean isEmpty() {
        return begun == 0;
    }

    /** Whether the storage has taken any part; to be asked after {@link #settle}. */
    boolean hasAny() {
        return !sent.isEmpty();
    }

    /** Lets parts be sent while these others are filled. */
    void spare(List<byte[]> others) {
        spares.addAll(others);
    }

    /** Those that are not being filled, to be given back after {@link #settle}. */
    List<byte[]> spares() {
        List<byte[]> all = new ArrayList<>(spares);
        all.addAll(held);
        return all;
    }

    String key() {
        return key;
    }

    void name(MediaType type) {
        key = chosen != null ? chosen : keys.apply(type);
    }

    /** Whatever its type is. */
    void name(String key) {
        chosen = key;
        if (uploadId == null) {
            this.key = key;
        }
    }

    /** Whether an upload was begun under the name so far. */
    boolean isBegun() {
        return uploadId != null;
    }

    void storageClass(String name) {
        storageClass = name;
    }

    /** Removes the object if it is there, is ours, and the media still is. */
    void removeOurs() {
        if (key != null && ledger.holds(media)) {
            storage.head(key).filter(this::isOurs).ifPresent(storage::remove);
        }
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
        take(Resume.parts(open, listed, partSize, oldest));
        return sent.values().stream().mapToLong(Part::size).sum();
    }

    /** The object under the key of the upload, if it was made by it or by a copy of this media. */
    Optional<StoredObject> ours(Open open) {
        Optional<StoredObject> found = storage.head(open.objectKey()).filter(object -> {
            long expected = open.source().length();
            return (expected < 0 || expected == object.size())
                    // What is to be replaced is ours too.
                    && (Storage.isMadeOf(object, uploaded(open.parts())) || media.replaces() == null && isOurs(object));
        });
        made = found.orElse(null);
        boolean known =
                made != null && open.parts().stream().mapToLong(Part::size).sum() == made.size();
        take(known ? open.parts() : List.of());
        return found;
    }

    private boolean isOurs(StoredObject object) {
        return object.metadata()
                .entrySet()
                .containsAll(ObjectDescription.of(
                                "a/b",
                                media.id().provider(),
                                media.id().taskId(),
                                media.id().mediaKey(),
                                null)
                        .metadata()
                        .entrySet());
    }

    /** Whether the copy may overwrite what stands under its key: its own object, of before the task ended. */
    private boolean replaces() {
        return media.replaces() != null
                && storage.head(key).filter(this::isOurs).isPresent();
    }

    private void take(List<Part> parts) {
        sent.clear();
        parts.forEach(part -> sent.put(part.number(), part));
        begun = sent.size();
    }

    /**
     * Takes a full buffer: holds it while all bytes may still fit into memory, else sends it after what was held.
     *
     * @return the buffer to go on with: the same one, or a spare one
     */
    byte[] take(MediaType type, Source source, byte[] buffer) {
        long room = buffer.length * (1L + held.size() + spares.size());
        if (begun == 0 && !spares.isEmpty() && source.length() <= room) {
            held.add(buffer);
            return spares.remove();
        }
        return send(type, source, buffer, buffer.length);
    }

    /**
     * Sends a part, and notes it while the caller goes on.
     *
     * @return the buffer to go on with: the same one, or a spare one while this one is being sent
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
        while (!held.isEmpty()) {
            byte[] full = held.remove();
            sendBeside(full, full.length);
        }
        if (spares.isEmpty()) {
            land();
        }
        if (spares.isEmpty()) {
            String id = uploadId;
            Part part = transfer(id, ++begun, buffer, length);
            flights.add(new Flight(null, beside(() -> ledger.add(media, id, part))));
            return buffer;
        }
        sendBeside(buffer, length);
        return spares.remove();
    }

    private void sendBeside(byte[] buffer, int length) {
        String id = uploadId;
        int number = ++begun;
        flights.add(new Flight(buffer, beside(() -> ledger.add(media, id, transfer(id, number, buffer, length)))));
    }

    private CompletableFuture<Boolean> beside(Supplier<Boolean> step) {
        return CompletableFuture.supplyAsync(step, work);
    }

    private Part transfer(String id, int number, byte[] buffer, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer, 0, length);
        UploadedPart taken = storage.uploadPart(key, id, number, buffer, length);
        Part part = new Part(taken.number(), length, taken.etag(), crc.getValue());
        sent.put(number, part); // Nobody looks before the note has come.
        return part;
    }

    /** Stores all bytes at once: what is held, and then these; whether the storage has vouched for them. */
    boolean put(MediaType type, byte[] buffer, int length, Checksum checksum) {
        List<ByteBuffer> content = new ArrayList<>();
        held.forEach(full -> content.add(ByteBuffer.wrap(full)));
        content.add(ByteBuffer.wrap(buffer, 0, length));
        return storage.put(key, content, description(type, checksum), replaces());
    }

    /**
     * @param checksum null if it is not known
     * @return whether the storage has vouched for the whole
     */
    boolean complete(Checksum checksum) {
        check();
        int crc = 0;
        for (Part part : sent.values()) {
            crc = WholeCrc.after(crc, (int) part.crc32c(), part.size());
        }
        return storage.complete(key, uploadId, uploaded(sent.values()), checksum, replaces(), crc);
    }

    /** Whether something stands under the key; false also if that cannot be found out. */
    boolean isKeyTaken() {
        try {
            return storage.head(key).isPresent();
        } catch (RetryableFailure e) {
            return false;
        }
    }

    /** What a finished copy wrote beside the object. */
    Optional<Checksum> checksum(StoredObject object) {
        return storage.checksum(object);
    }

    Optional<StoredObject> head() {
        return storage.head(key);
    }

    ReadBack readBack(Checksum.Algorithm algorithm, boolean wantsMd5, Set<String> kinds, byte[] buffer) {
        made = storage.head(key)
                .orElseThrow(() -> new RetryableFailure("storage", key + " is not in the bucket after it was stored"));
        return ReadBack.of(storage, key, List.copyOf(sent.values()), algorithm, wantsMd5, kinds, buffer);
    }

    /** Removes the object that was read back, if it still is that one and the media still is ours. */
    void removeObject() {
        if (ledger.holds(media)) {
            storage.remove(made);
        }
    }

    void describe(MediaType type, Checksum checksum) {
        if (!storage.describe(key, description(type, checksum))) {
            LOG.debug(
                    "The {} of {} is in ledger and manifest alone",
                    checksum.algorithm().label(),
                    key);
        }
    }

    /** Waits for what goes on beside the fetching, however it ends. */
    void settle() {
        while (!flights.isEmpty()) {
            arrive();
        }
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
        spares.addAll(held);
        held.clear();
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
        while (!flights.isEmpty()) {
            land();
        }
    }

    /** Waits for the oldest part under way, if there is any, and for what the ledger says to it. */
    private void land() {
        if (flights.isEmpty()) {
            return;
        }
        try {
            if (!arrive().join()) {
                throw new LeaseLostException(media.id());
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Waits until the oldest part under way needs its buffer no more, however it ended. */
    private CompletableFuture<Boolean> arrive() {
        Flight oldest = flights.remove();
        oldest.noted().handle((noted, failure) -> null).join();
        if (oldest.buffer() != null) {
            spares.add(oldest.buffer());
        }
        return oldest.noted();
    }

    private ObjectDescription description(MediaType type, Checksum checksum) {
        return ObjectDescription.of(
                        type.contentType(),
                        media.id().provider(),
                        media.id().taskId(),
                        media.id().mediaKey(),
                        checksum)
                .inClass(storageClass);
    }

    private static List<UploadedPart> uploaded(Collection<Part> parts) {
        return parts.stream()
                .map(p -> new UploadedPart(p.number(), p.etag(), p.size()))
                .toList();
    }
}
