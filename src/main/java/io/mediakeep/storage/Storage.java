package io.mediakeep.storage;

import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Digests;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * What the copier does with the bucket. Trouble of the storage is a {@code RetryableFailure("storage")}, also a wrong
 * access key or a missing bucket: it is our own trouble, no result is given up for it. A request that is refused, while the
 * storage may take others, is a {@code RetryableFailure("storage_refused")}. Messages name the operation, the object key,
 * the status and the error code; never a credential, nor any text that the storage wrote. Thread-safe.
 */
public final class Storage {
    private static final long COPY_LIMIT = 5L << 30;
    private static final long COPY_PART = 1L << 30;
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
    private static final int TRIES = 3;
    private static final int MOST_WRITTEN = 1_000;
    private static final String PROBE = ".mediakeep/probe-";
    private static final byte[] PROBED = "Can be deleted.".getBytes(StandardCharsets.US_ASCII);
    private static final Logger LOG = LoggerFactory.getLogger(Storage.class);

    private final S3Client client;
    private final String bucket;
    private final StorageSite site;
    private final long copyLimit;
    private final long copyPart;
    private final Lateness late;
    private final Vouching vouching;
    private final Condition put = new Condition("PutObject", this::probePut);
    /** Some storages know a condition there and not here. */
    private final Condition completion = new Condition("CompleteMultipartUpload", this::probeCompletion);

    private volatile boolean completionProbed;

    /** Sizes of what was written of late and was not seen since. */
    private final Map<String, Long> written = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_WRITTEN;
        }
    });

    /** @param client see {@link StorageClientFactory}; stays open */
    public Storage(S3Client client, String bucket) {
        this(client, site(bucket), LateChecksum.COPY);
    }

    /**
     * @param client see {@link StorageClientFactory}; stays open
     * @param late   what {@link #describe} does
     */
    public Storage(S3Client client, StorageSite site, LateChecksum late) {
        this(client, site, late, true);
    }

    /** @param vouches false for a server that knows nothing of that for uploads, and would log the question as an error */
    public Storage(S3Client client, StorageSite site, LateChecksum late, boolean vouches) {
        this(client, site, late, vouches, COPY_LIMIT, COPY_PART);
    }

    Storage(S3Client client, StorageSite site, LateChecksum late, boolean vouches, long copyLimit, long copyPart) {
        this.client = client;
        this.site = site;
        this.bucket = site.bucket();
        this.copyLimit = copyLimit;
        this.copyPart = copyPart;
        this.late = new Lateness(client, bucket, late);
        this.vouching = new Vouching(client, bucket, vouches);
    }

    private static StorageSite site(String bucket) {
        return new StorageSite("", bucket, "us-east-1", true, true);
    }

    /**
     * Looks at the bucket, and until that went well once, whether it takes an object.
     *
     * @throws RetryableFailure that says to an operator what is probably wrong
     */
    public void check() {
        try {
            try {
                client.headBucket(b -> b.bucket(bucket));
            } catch (S3Exception e) {
                // An answer to HEAD has no room for an error code.
                client.listObjectsV2(b -> b.bucket(bucket).maxKeys(1));
            }
            put.isHonoured();
            if (!completionProbed) {
                probeOnce();
            }
        } catch (SdkException e) {
            throw new RetryableFailure("storage", site.explain(e), retryAfter(e), null);
        } catch (RetryableFailure e) {
            throw new RetryableFailure("storage", site.place() + " cannot be used: " + e.getMessage());
        }
    }

    /** A storage that knows no multipart uploads takes small objects all the same; large ones ask again. */
    private void probeOnce() {
        try {
            completion.isHonoured();
            String key = PROBE + UUID.randomUUID();
            try {
                vouching.probe(key);
                late.probe(key, PROBED);
            } finally {
                delete(key);
            }
            if (vouching.isWanted()) {
                LOG.info("{}: {}; {}", site.place(), late.text(), vouching.text());
            }
        } catch (S3Exception e) {
            if (StorageError.concernsAll(e)) {
                throw e;
            }
            LOG.warn(
                    "{} refuses a multipart upload: {}; larger results may not be stored",
                    site.place(),
                    StorageError.text(e));
        } catch (RetryableFailure e) {
            if (e.reason().equals("storage")) {
                throw e;
            }
            LOG.warn(
                    "{} refuses a multipart upload: {}; larger results may not be stored",
                    site.place(),
                    e.getMessage());
        }
        completionProbed = true;
    }

    /**
     * To be called at start.
     *
     * @param createIfMissing only for a storage that is ours alone
     * @throws RetryableFailure if the bucket is not there or may not be used
     */
    public void checkBucket(boolean createIfMissing) {
        try {
            client.headBucket(b -> b.bucket(bucket));
        } catch (S3Exception e) {
            if (e.statusCode() != 404 || !createIfMissing) {
                throw failure("checking the bucket", "", e);
            }
            call("creating the bucket", "", () -> client.createBucket(b -> b.bucket(bucket)));
        } catch (SdkException e) {
            throw failure("checking the bucket", "", e);
        }
    }

    /**
     * Whether the storage refuses to overwrite when asked so. Found out once by writing the same small object twice; no
     * object stays behind.
     */
    public boolean conditionalWritesHonoured() {
        return call("probing", "", put::isHonoured);
    }

    /**
     * Writes a small object, to tell a storage that takes nothing from one that refused a single request.
     *
     * @throws RetryableFailure if it is not taken
     */
    public void checkWrite() {
        String key = PROBE + "write";
        call("probing", key, () -> putProbe(key, null));
        delete(key);
    }

    /**
     * Stores an object from memory, in one request and without copying the buffers. If another attempt has stored the same
     * bytes before, that counts as success.
     *
     * @param content buffers with arrays, which are the object one after the other; not to be changed before this returns
     * @param description with the checksum
     * @return whether the storage has said itself that it has these bytes; if not, it is to be asked
     * @throws FinalFailure {@code object_conflict} if a different object is there; it is left alone
     */
    public boolean put(String key, List<ByteBuffer> content, ObjectDescription description) {
        return put(key, content, description, false);
    }

    /** @param replaces whether an object that is there is replaced */
    public boolean put(String key, List<ByteBuffer> content, ObjectDescription description, boolean replaces) {
        long length = content.stream().mapToLong(ByteBuffer::remaining).sum();
        boolean[] vouched = {false};
        boolean stored = call(
                "storing",
                key,
                () -> write(
                        replaces ? null : put,
                        key,
                        condition -> vouched[0] = vouching.put(
                                content,
                                crc -> putAgain(() -> client.putObject(
                                        b -> b.bucket(bucket)
                                                .key(key)
                                                .contentType(description.contentType())
                                                .metadata(description.metadata())
                                                .storageClass(description.storageClass())
                                                .checksumCRC32C(crc)
                                                .ifNoneMatch(condition),
                                        body(content, length))))));
        if (stored) {
            written.put(key, length);
        } else {
            resolveConflict(key, length, description.checksum().orElse(null), null);
        }
        return stored && vouched[0];
    }

    /** S3 asks for that where two requests met. */
    private static PutObjectResponse putAgain(Supplier<PutObjectResponse> request) {
        for (int tries = 1; ; tries++) {
            try {
                return request.get();
            } catch (S3Exception e) {
                if (!StorageError.isRace(e) || tries == TRIES) {
                    throw e;
                }
            }
        }
    }

    /**
     * Asks for a write, where no object is if there is a condition. One that the storage refuses, against what was found out, is
     * left out from then on.
     *
     * @param condition null for a write that replaces
     * @param request   gets the condition, or null
     * @return false if an object is there
     */
    private boolean write(Condition condition, String key, Consumer<String> request) {
        boolean conditional = condition != null && call("probing", "", condition::isHonoured);
        try {
            request.accept(conditional ? "*" : null);
            return true;
        } catch (S3Exception e) {
            if (StorageError.isTaken(e)) {
                return false;
            }
            if (!conditional || !StorageError.isRefusal(e)) {
                throw e;
            }
            try {
                if (head(key).isPresent()) {
                    return false;
                }
            } catch (RetryableFailure unknown) {
                throw e;
            }
        }
        request.accept(null);
        condition.leaveOut();
        return true;
    }

    /** @return the upload id; to be in the ledger before the first part is sent */
    public String createMultipart(String key, ObjectDescription description) {
        return call(
                "beginning the upload of",
                key,
                () -> vouching.create(b -> b.bucket(bucket)
                        .key(key)
                        .contentType(description.contentType())
                        .metadata(description.metadata())
                        .storageClass(description.storageClass())));
    }

    /**
     * Sends one part from memory, without copying the buffer; the SDK sends it again by itself if need be.
     *
     * @param number from 1 to 10,000
     * @param length bytes of the buffer that are the part, from 0; at least 5 MiB unless it is the last one
     */
    public UploadedPart uploadPart(String key, String uploadId, int number, byte[] buffer, int length) {
        String crc = vouching.ofPart(uploadId, buffer, length);
        String etag = call(
                        "sending part " + number + " of",
                        key,
                        () -> client.uploadPart(
                                b -> b.bucket(bucket)
                                        .key(key)
                                        .uploadId(uploadId)
                                        .partNumber(number)
                                        .checksumCRC32C(crc),
                                body(List.of(ByteBuffer.wrap(buffer, 0, length)), length)))
                .eTag();
        return new UploadedPart(number, etag, length);
    }

    /**
     * Makes the parts one object. If an earlier attempt has done so, or has stored the same bytes, that counts as success.
     *
     * @param parts    ordered by number
     * @param checksum of the whole object; null if it is not known
     * @throws FinalFailure     {@code object_conflict} if a different object is there; it is left alone
     * @throws RetryableFailure also if without the checksum it cannot be told whether another object is there
     */
    public void complete(String key, String uploadId, List<UploadedPart> parts, Checksum checksum) {
        complete(key, uploadId, parts, checksum, false, null);
    }

    /**
     * @param replaces whether an object that is there is replaced
     * @param crc      CRC32C of the whole object; null if it is not known
     * @return whether the storage has said itself that the object has this CRC; if not, it is to be asked what it has
     */
    public boolean complete(
            String key, String uploadId, List<UploadedPart> parts, Checksum checksum, boolean replaces, Integer crc) {
        String doing = "completing the upload of";
        long size = parts.stream().mapToLong(UploadedPart::size).sum();
        boolean[] vouched = {false};
        try {
            boolean stored = write(
                    replaces ? null : completion,
                    key,
                    condition -> vouched[0] = completeIf(condition, key, uploadId, parts, crc));
            if (stored) {
                written.put(key, size);
            } else {
                resolveConflict(key, size, checksum, multipartEtag(parts));
                abort(key, uploadId);
            }
            return stored && vouched[0];
        } catch (S3Exception e) {
            boolean gone = e.statusCode() == 404 && !"NoSuchBucket".equals(StorageError.code(e));
            Optional<StoredObject> there = gone || StorageError.isRace(e) ? head(key) : Optional.empty();
            if (there.isPresent() && !replaces) {
                resolveConflict(key, size, checksum, multipartEtag(parts));
                return false;
            }
            if (there.isPresent() && isMadeOf(there.get(), parts)) {
                return false;
            }
            if (e.statusCode() == 400 || StorageError.isRace(e)) {
                abandon(key, uploadId); // It would be refused again: the next attempt begins another one.
            }
            throw failure(doing, key, e);
        } catch (SdkException e) {
            throw failure(doing, key, e);
        }
    }

    private void abandon(String key, String uploadId) {
        try {
            abort(key, uploadId);
        } catch (RetryableFailure e) {
            LOG.debug("An upload of {} stays open for the sweep: {}", key, e.getMessage());
        }
    }

    /** Throws away the parts; an upload that is gone already is fine. */
    public void abort(String key, String uploadId) {
        try {
            client.abortMultipartUpload(b -> b.bucket(bucket).key(key).uploadId(uploadId));
        } catch (S3Exception e) {
            if (e.statusCode() != 404) {
                throw failure("aborting the upload of", key, e);
            }
        } catch (SdkException e) {
            throw failure("aborting the upload of", key, e);
        }
    }

    /**
     * @return the parts by number; none also if the upload is gone, because it was completed or aborted, and where the storage
     *     does not let us ask
     */
    public List<UploadedPart> listParts(String key, String uploadId) {
        try {
            return client.listPartsPaginator(b -> b.bucket(bucket).key(key).uploadId(uploadId)).stream()
                    .peek(page -> vouching.seen(uploadId, page))
                    .flatMap(page -> page.parts().stream())
                    .map(p -> new UploadedPart(p.partNumber(), p.eTag(), p.size()))
                    .sorted(Comparator.comparingInt(UploadedPart::number))
                    .toList();
        } catch (S3Exception e) {
            if (e.statusCode() == 404 || StorageError.isRefusal(e)) {
                return List.of();
            }
            throw failure("listing the parts of", key, e);
        } catch (SdkException e) {
            throw failure("listing the parts of", key, e);
        }
    }

    /** All uploads under a prefix that are neither completed nor aborted, also those of others. */
    public List<OpenUpload> listMultipartUploads(String prefix) {
        return call(
                "listing uploads",
                "",
                () ->
                        client
                                .listMultipartUploadsPaginator(
                                        b -> b.bucket(bucket).prefix(prefix.isEmpty() ? null : prefix))
                                .stream()
                                .flatMap(page -> page.uploads().stream())
                                .map(u -> new OpenUpload(u.key(), u.uploadId(), u.initiated()))
                                .toList());
    }

    /**
     * Puts the checksum beside a finished object, or sets its content type and metadata anew, as {@link LateChecksum} says.
     *
     * @return false if the settings, the storage or our rights do not allow that, or the object is gone; nothing was changed then
     */
    public boolean describe(String key, ObjectDescription description) {
        if (!late.isCopy()) {
            return description
                    .checksum()
                    .map(checksum -> late.tag(key, checksum))
                    .orElse(false);
        }
        Optional<StoredObject> found = head(key);
        if (found.isEmpty()) {
            return false;
        }
        StoredObject object = found.get();
        if (object.metadata().equals(description.metadata())
                && description.contentType().equals(object.contentType())) {
            return true;
        }
        try {
            if (object.size() <= copyLimit) {
                client.copyObject(b -> b.sourceBucket(bucket)
                        .sourceKey(key)
                        .destinationBucket(bucket)
                        .destinationKey(key)
                        .copySourceIfMatch(object.etag())
                        .metadataDirective(MetadataDirective.REPLACE)
                        .contentType(description.contentType())
                        .metadata(description.metadata())
                        .storageClass(description.storageClass()));
            } else {
                copyInParts(object, description);
            }
            return true;
        } catch (S3Exception e) {
            if (StorageError.isRefusal(e)) {
                return false;
            }
            throw failure("describing", key, e);
        } catch (SdkException e) {
            throw failure("describing", key, e);
        }
    }

    /** The checksum that a finished copy put into the metadata of the object, or into a tag of it. */
    public Optional<Checksum> checksum(StoredObject object) {
        return object.checksum().or(() -> late.find(object.key()));
    }

    /** Where the bucket is, for an operator. */
    public String place() {
        return site.place();
    }

    /** The first thousand keys that begin so, of objects that were written before a time. */
    public List<String> firstKeys(String prefix, Instant before) {
        return call(
                        "listing objects",
                        "",
                        () -> client.listObjectsV2(b -> b.bucket(bucket).prefix(prefix)))
                .contents()
                .stream()
                .filter(object ->
                        object.lastModified() == null || object.lastModified().isBefore(before))
                .map(S3Object::key)
                .toList();
    }

    /** The keys of all objects in their order, a thousand at a time; each page is asked for when it is needed. */
    public Iterable<List<String>> pages() {
        Iterator<ListObjectsV2Response> answers =
                client.listObjectsV2Paginator(b -> b.bucket(bucket)).iterator();
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return call("listing objects", "", answers::hasNext);
            }

            @Override
            public List<String> next() {
                ListObjectsV2Response answer = call("listing objects", "", answers::next);
                return answer.contents().stream().map(S3Object::key).toList();
            }
        };
    }

    /** Empty if there is no such object. */
    public Optional<StoredObject> head(String key) {
        try {
            HeadObjectResponse head = client.headObject(b -> b.bucket(bucket).key(key));
            written.remove(key, head.contentLength());
            return Optional.of(
                    new StoredObject(key, head.contentLength(), head.eTag(), head.contentType(), head.metadata()));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw failure("looking at", key, e);
        } catch (SdkException e) {
            throw failure("looking at", key, e);
        }
    }

    /** @return the bytes of the object; to be closed, which breaks the connection off if bytes are left */
    public InputStream read(String key) {
        return new AbortingStream(open(key));
    }

    /**
     * Reads a part of an object into memory.
     *
     * @param from   of the first byte, from 0
     * @param length bytes, at least 1, that the object has from there
     * @return empty if there is no such object
     * @throws RetryableFailure also if it has fewer bytes
     */
    public Optional<byte[]> read(String key, long from, int length) {
        String range = "bytes=" + from + "-" + (from + length - 1);
        ResponseInputStream<GetObjectResponse> answer;
        try {
            answer = client.getObject(b -> b.bucket(bucket).key(key).range(range));
        } catch (S3Exception e) {
            if (e.statusCode() == 404 && !"NoSuchBucket".equals(StorageError.code(e))) {
                return Optional.empty();
            }
            throw failure("reading", key, e);
        } catch (SdkException e) {
            throw failure("reading", key, e);
        }
        try (InputStream content = new AbortingStream(answer)) {
            String given = answer.response().contentRange();
            byte[] bytes = content.readNBytes(length);
            if (bytes.length < length || (given == null ? from > 0 : !given.startsWith("bytes " + from + "-"))) {
                throw new RetryableFailure("storage", "reading " + key + ": the storage gave another part");
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            throw new RetryableFailure("storage", "reading " + key + ": the connection broke", e);
        }
    }

    private ResponseInputStream<GetObjectResponse> open(String key) {
        return call("reading", key, () -> client.getObject(b -> b.bucket(bucket).key(key)));
    }

    /** Removes the object, if it still is the one that was read. */
    public void remove(StoredObject object) {
        String now = head(object.key()).map(StoredObject::etag).orElse(null);
        if (now != null && now.equals(object.etag())) {
            remove(object.key());
        }
    }

    /** Removes the object, whatever it is; fine if there is none. */
    public void remove(String key) {
        call("removing", key, () -> client.deleteObject(b -> b.bucket(bucket).key(key)));
    }

    /** Whether the object is what the storage makes of these parts, as far as its tag tells. */
    public static boolean isMadeOf(StoredObject object, List<UploadedPart> parts) {
        String etag = parts.isEmpty() ? null : multipartEtag(parts);
        return etag != null && etag.equals(unquoted(object.etag()));
    }

    /**
     * Returns if what is there is the same. That it is not has to be said by two kinds of requests alike, and not to be denied by
     * what this process wrote there itself: a proxy may answer in the storage's place, and a storage may be late.
     */
    private void resolveConflict(String key, long size, Checksum checksum, String etag) {
        StoredObject there = head(key)
                .orElseThrow(() -> new RetryableFailure(
                        "storage",
                        "storing " + key + ": the storage says that the object exists, and that it does not"));
        boolean fits = there.size() == size;
        if (fits && etag != null && etag.equals(unquoted(there.etag()))) {
            return;
        }
        if (fits && checksum == null) {
            throw new RetryableFailure(
                    "storage", "completing the upload of " + key + ": an object of its size is there");
        }
        if (fits && checksum(there).filter(checksum::equals).isPresent()) {
            return;
        }
        ResponseInputStream<GetObjectResponse> object = open(key);
        try (InputStream content = new AbortingStream(object)) {
            Long length = object.response().contentLength();
            if (length == null
                    || length != there.size()
                    || !there.etag().equals(object.response().eTag())) {
                throw new RetryableFailure("storage", "the storage says two things of " + key);
            }
            if (fits && checksum(content, checksum.algorithm()).equals(checksum)) {
                return;
            }
        } catch (IOException e) {
            throw new RetryableFailure("storage", "reading " + key + ": the connection broke", e);
        }
        Long own = written.get(key);
        if (own != null && own != there.size()) {
            throw new RetryableFailure(
                    "storage", key + " was stored with " + own + " bytes and is shown with " + there.size());
        }
        throw new FinalFailure(
                "object_conflict",
                "A different object is stored as " + key + ": expected " + size + " bytes"
                        + (checksum == null ? "" : " with " + checksum) + ", found " + there.size() + " bytes");
    }

    private static Checksum checksum(InputStream content, Checksum.Algorithm algorithm) throws IOException {
        Checksum.Running running = algorithm.begin();
        byte[] buffer = new byte[64 * 1024];
        for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
            running.update(buffer, 0, n);
        }
        return running.end();
    }

    private boolean probePut() {
        String key = PROBE + UUID.randomUUID();
        try {
            try {
                putProbe(key, "*");
            } catch (S3Exception e) {
                if (!StorageError.isRefusal(e)) {
                    throw e;
                }
                putProbe(key, null); // Tells a refused header from a storage that takes nothing.
                return false;
            }
            return isRefusedNow(() -> putProbe(key, "*"));
        } finally {
            delete(key);
        }
    }

    private boolean probeCompletion() {
        String key = PROBE + UUID.randomUUID();
        String uploadId = null;
        try {
            putProbe(key, null);
            uploadId = createMultipart(key, new ObjectDescription("application/octet-stream", Map.of()));
            List<UploadedPart> parts = List.of(uploadPart(key, uploadId, 1, PROBED, PROBED.length));
            String id = uploadId;
            try {
                return isRefusedNow(() -> completeIf("*", key, id, parts, null));
            } catch (S3Exception e) {
                if (!StorageError.isRefusal(e)) {
                    throw e;
                }
                return false;
            }
        } finally {
            if (uploadId != null) {
                abandon(key, uploadId);
            }
            delete(key);
        }
    }

    /** Whether the storage refuses to replace the object that is there, as it was asked to. */
    private static boolean isRefusedNow(Runnable request) {
        try {
            request.run();
            return false;
        } catch (S3Exception e) {
            if (StorageError.isTaken(e) || StorageError.isRace(e)) {
                return true;
            }
            throw e;
        }
    }

    private PutObjectResponse putProbe(String key, String condition) {
        return client.putObject(b -> b.bucket(bucket).key(key).ifNoneMatch(condition), RequestBody.fromBytes(PROBED));
    }

    /** Some 15 bytes stay behind where deleting is not allowed. */
    private void delete(String key) {
        try {
            client.deleteObject(b -> b.bucket(bucket).key(key));
        } catch (SdkException e) {
            LOG.debug(
                    "{} stays in the bucket: {}",
                    key,
                    failure("deleting", key, e).getMessage());
        }
    }

    private void copyInParts(StoredObject object, ObjectDescription description) {
        String uploadId = createMultipart(object.key(), description);
        boolean done = false;
        try {
            List<UploadedPart> parts = new ArrayList<>();
            for (long from = 0; from < object.size(); from += copyPart) {
                int number = parts.size() + 1;
                long to = Math.min(from + copyPart, object.size());
                String range = "bytes=" + from + "-" + (to - 1);
                String etag = client.uploadPartCopy(b -> b.sourceBucket(bucket)
                                .sourceKey(object.key())
                                .destinationBucket(bucket)
                                .destinationKey(object.key())
                                .copySourceIfMatch(object.etag())
                                .copySourceRange(range)
                                .uploadId(uploadId)
                                .partNumber(number))
                        .copyPartResult()
                        .eTag();
                parts.add(new UploadedPart(number, etag, to - from));
            }
            completeIf(null, object.key(), uploadId, parts, null);
            done = true;
        } finally {
            if (!done) {
                abort(object.key(), uploadId);
            }
        }
    }

    private boolean completeIf(String condition, String key, String uploadId, List<UploadedPart> parts, Integer crc) {
        List<CompletedPart> completed = parts.stream()
                .map(p -> CompletedPart.builder()
                        .partNumber(p.number())
                        .eTag(p.etag())
                        .build())
                .toList();
        long size = parts.stream().mapToLong(UploadedPart::size).sum();
        return vouching.complete(
                uploadId,
                size,
                crc,
                b -> b.bucket(bucket)
                        .key(key)
                        .uploadId(uploadId)
                        .ifNoneMatch(condition)
                        .multipartUpload(u -> u.parts(completed)));
    }

    /** {@code If-None-Match: *} for one kind of request. */
    private static final class Condition {
        private final String request;
        private final BooleanSupplier probe;
        private volatile Boolean honoured;

        Condition(String request, BooleanSupplier probe) {
            this.request = request;
            this.probe = probe;
        }

        boolean isHonoured() {
            Boolean known = honoured;
            if (known == null) {
                known = probe.getAsBoolean();
                honoured = known;
            }
            return known;
        }

        void leaveOut() {
            honoured = false;
            LOG.info("The storage refuses If-None-Match in {}; it is left out from now on", request);
        }
    }

    /** Reopened for each attempt, so that the SDK can send it again. */
    private static RequestBody body(List<ByteBuffer> content, long length) {
        return RequestBody.fromContentProvider(() -> stream(content), length, "application/octet-stream");
    }

    private static InputStream stream(List<ByteBuffer> content) {
        List<InputStream> streams = new ArrayList<>();
        content.forEach(buffer -> streams.add(new ByteArrayInputStream(
                buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining())));
        return streams.size() == 1 ? streams.get(0) : new SequenceInputStream(Collections.enumeration(streams));
    }

    private static <T> T call(String doing, String key, Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            throw failure(doing, key, e);
        }
    }

    /** The storage's own words are left out, for they may repeat what we sent. */
    private static RetryableFailure failure(String doing, String key, SdkException e) {
        String what = key.isEmpty() ? doing : doing + " " + key;
        String reason = key.isEmpty() || StorageError.concernsAll(e) ? "storage" : "storage_refused";
        // What an answer says is all in the message; the exception repeats the storage's own words.
        return new RetryableFailure(
                reason, what + ": " + StorageError.text(e), retryAfter(e), e instanceof S3Exception ? null : e);
    }

    private static Duration retryAfter(SdkException e) {
        if (!(e instanceof S3Exception answer)
                || answer.awsErrorDetails() == null
                || answer.awsErrorDetails().sdkHttpResponse() == null) {
            return null;
        }
        return PlainExchange.of(answer.awsErrorDetails().sdkHttpResponse()).orElse(null);
    }

    /** What S3 answers for these parts unless they are encrypted with a key of their own; null if it cannot be told. */
    private static String multipartEtag(List<UploadedPart> parts) {
        MessageDigest digest = Digests.newMd5();
        for (UploadedPart part : parts) {
            String etag = unquoted(part.etag());
            if (!MD5.matcher(etag).matches()) {
                return null;
            }
            digest.update(HexFormat.of().parseHex(etag));
        }
        return HexFormat.of().formatHex(digest.digest()) + "-" + parts.size();
    }

    private static String unquoted(String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }
}
