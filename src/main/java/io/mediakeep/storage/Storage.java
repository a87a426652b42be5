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
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * What the copier does with the bucket. Every trouble with the storage is a {@code RetryableFailure("storage")}, also a
 * refused key or a missing bucket: it is our own trouble, no result is given up for it. Messages name the operation, the
 * object key, the status and the error code; never a credential, nor any text that the storage wrote. Thread-safe.
 */
public final class Storage {
    private static final long COPY_LIMIT = 5L << 30;
    private static final long COPY_PART = 1L << 30;
    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
    private static final Set<Integer> REFUSED = Set.of(400, 403, 405, 501);

    private final S3Client client;
    private final String bucket;
    private final long copyLimit;
    private final long copyPart;
    private final boolean selfCopy;
    private volatile Boolean conditional;

    /** @param client see {@link StorageClientFactory}; stays open */
    public Storage(S3Client client, String bucket) {
        this(client, bucket, true);
    }

    /**
     * @param client   see {@link StorageClientFactory}; stays open
     * @param selfCopy whether {@link #describe} may copy an object onto itself
     */
    public Storage(S3Client client, String bucket, boolean selfCopy) {
        this(client, bucket, selfCopy, COPY_LIMIT, COPY_PART);
    }

    Storage(S3Client client, String bucket, boolean selfCopy, long copyLimit, long copyPart) {
        this.client = client;
        this.bucket = bucket;
        this.copyLimit = copyLimit;
        this.copyPart = copyPart;
        this.selfCopy = selfCopy;
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
        Boolean known = conditional;
        if (known == null) {
            known = probe();
            conditional = known;
        }
        return known;
    }

    /**
     * Stores an object from memory, in one request and without copying the buffers. If another attempt has stored the same
     * bytes before, that counts as success.
     *
     * @param content buffers with arrays, which are the object one after the other; not to be changed before this returns
     * @param description with the checksum
     * @throws FinalFailure {@code object_conflict} if a different object is there; it is left alone
     */
    public void put(String key, List<ByteBuffer> content, ObjectDescription description) {
        put(key, content, description, false);
    }

    /** @param replaces whether an object that is there is replaced */
    public void put(String key, List<ByteBuffer> content, ObjectDescription description, boolean replaces) {
        String condition = replaces ? null : condition();
        long length = content.stream().mapToLong(ByteBuffer::remaining).sum();
        try {
            client.putObject(
                    b -> b.bucket(bucket)
                            .key(key)
                            .contentType(description.contentType())
                            .metadata(description.metadata())
                            .ifNoneMatch(condition),
                    body(content, length));
        } catch (S3Exception e) {
            if (e.statusCode() != 412) {
                throw failure("storing", key, e);
            }
            resolveConflict(key, length, description.checksum().orElse(null), null);
        } catch (SdkException e) {
            throw failure("storing", key, e);
        }
    }

    /** @return the upload id; to be in the ledger before the first part is sent */
    public String createMultipart(String key, ObjectDescription description) {
        return call(
                        "beginning the upload of",
                        key,
                        () -> client.createMultipartUpload(b -> b.bucket(bucket)
                                .key(key)
                                .contentType(description.contentType())
                                .metadata(description.metadata())))
                .uploadId();
    }

    /**
     * Sends one part from memory, without copying the buffer; the SDK sends it again by itself if need be.
     *
     * @param number from 1 to 10,000
     * @param length bytes of the buffer that are the part, from 0; at least 5 MiB unless it is the last one
     */
    public UploadedPart uploadPart(String key, String uploadId, int number, byte[] buffer, int length) {
        String etag = call(
                        "sending part " + number + " of",
                        key,
                        () -> client.uploadPart(
                                b -> b.bucket(bucket)
                                        .key(key)
                                        .uploadId(uploadId)
                                        .partNumber(number),
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
        complete(key, uploadId, parts, checksum, false);
    }

    /** @param replaces whether an object that is there is replaced */
    public void complete(String key, String uploadId, List<UploadedPart> parts, Checksum checksum, boolean replaces) {
        try {
            completeIf(replaces ? null : condition(), key, uploadId, parts);
        } catch (S3Exception e) {
            boolean there = e.statusCode() == 412;
            if (!there && e.statusCode() != 404) {
                throw failure("completing the upload of", key, e);
            }
            if (!there && head(key).isEmpty()) {
                throw failure("completing the upload of", key, e);
            }
            long size = parts.stream().mapToLong(UploadedPart::size).sum();
            resolveConflict(key, size, checksum, multipartEtag(parts));
            if (there) {
                abort(key, uploadId);
            }
        } catch (SdkException e) {
            throw failure("completing the upload of", key, e);
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
                    .flatMap(page -> page.parts().stream())
                    .map(p -> new UploadedPart(p.partNumber(), p.eTag(), p.size()))
                    .sorted(Comparator.comparingInt(UploadedPart::number))
                    .toList();
        } catch (S3Exception e) {
            if (e.statusCode() == 404 || REFUSED.contains(e.statusCode())) {
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
     * Sets content type and metadata of a finished object, by a copy onto itself within the storage.
     *
     * @return false if the settings, the storage or our rights do not allow that, or the object is gone; nothing was changed then
     */
    public boolean describe(String key, ObjectDescription description) {
        Optional<StoredObject> found = head(key);
        if (found.isEmpty()) {
            return false;
        }
        StoredObject object = found.get();
        if (object.metadata().equals(description.metadata())
                && description.contentType().equals(object.contentType())) {
            return true;
        }
        if (!selfCopy) {
            return false;
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
                        .metadata(description.metadata()));
            } else {
                copyInParts(object, description);
            }
            return true;
        } catch (S3Exception e) {
            if (REFUSED.contains(e.statusCode())) {
                return false;
            }
            throw failure("describing", key, e);
        } catch (SdkException e) {
            throw failure("describing", key, e);
        }
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
                return call(
                        "listing objects",
                        "",
                        () -> answers.next().contents().stream()
                                .map(S3Object::key)
                                .toList());
            }
        };
    }

    /** Empty if there is no such object. */
    public Optional<StoredObject> head(String key) {
        try {
            HeadObjectResponse head = client.headObject(b -> b.bucket(bucket).key(key));
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
        ResponseInputStream<GetObjectResponse> stream = call(
                "reading", key, () -> client.getObject(b -> b.bucket(bucket).key(key)));
        return new AbortingStream(stream);
    }

    /** Removes the object, if it still is the one that was read. */
    public void remove(StoredObject object) {
        String now = head(object.key()).map(StoredObject::etag).orElse(null);
        if (now != null && now.equals(object.etag())) {
            call(
                    "removing",
                    object.key(),
                    () -> client.deleteObject(b -> b.bucket(bucket).key(object.key())));
        }
    }

    /** Whether the object is what the storage makes of these parts, as far as its tag tells. */
    public static boolean isMadeOf(StoredObject object, List<UploadedPart> parts) {
        String etag = parts.isEmpty() ? null : multipartEtag(parts);
        return etag != null && etag.equals(unquoted(object.etag()));
    }

    private void resolveConflict(String key, long size, Checksum checksum, String etag) {
        StoredObject there = head(key)
                .orElseThrow(() -> new RetryableFailure(
                        "storage",
                        "storing " + key + ": the storage says that the object exists, and that it does not"));
        boolean same = there.size() == size && etag != null && etag.equals(unquoted(there.etag()));
        if (!same && there.size() == size && checksum == null) {
            throw new RetryableFailure(
                    "storage", "completing the upload of " + key + ": an object of its size is there");
        }
        same = same
                || there.size() == size
                        && there.checksum(checksum.algorithm())
                                .orElseGet(() -> checksum(key, checksum.algorithm()))
                                .equals(checksum);
        if (!same) {
            throw new FinalFailure(
                    "object_conflict",
                    "A different object is stored as " + key + ": expected " + size + " bytes"
                            + (checksum == null ? "" : " with " + checksum) + ", found " + there.size() + " bytes");
        }
    }

    private Checksum checksum(String key, Checksum.Algorithm algorithm) {
        Checksum.Running running = algorithm.begin();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream stream = read(key)) {
            for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                running.update(buffer, 0, n);
            }
            return running.end();
        } catch (IOException e) {
            throw new RetryableFailure("storage", "reading " + key + ": the connection broke", e);
        }
    }

    private boolean probe() {
        String key = ".mediakeep/probe-" + UUID.randomUUID();
        byte[] content = "Can be deleted.".getBytes(StandardCharsets.US_ASCII);
        try {
            int first = probe(key, content, "*");
            if (first != 200) {
                int plain = probe(key, content, null); // Tells a refused header from a broken storage.
                if (plain != 200) {
                    throw new RetryableFailure("storage", "probing the storage: status " + plain);
                }
                return false;
            }
            int second = probe(key, content, "*");
            if (second != 200 && second != 412 && second != 409) {
                throw new RetryableFailure("storage", "probing the storage: status " + second);
            }
            return second != 200;
        } finally {
            try {
                client.deleteObject(b -> b.bucket(bucket).key(key));
            } catch (SdkException e) {
                // Some 15 bytes stay behind where deleting is not allowed.
            }
        }
    }

    private int probe(String key, byte[] content, String condition) {
        try {
            client.putObject(b -> b.bucket(bucket).key(key).ifNoneMatch(condition), RequestBody.fromBytes(content));
            return 200;
        } catch (S3Exception e) {
            if (e.statusCode() == 403 || e.statusCode() == 404) {
                throw failure("probing", key, e);
            }
            return e.statusCode();
        } catch (SdkException e) {
            throw failure("probing", key, e);
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
            completeIf(null, object.key(), uploadId, parts);
            done = true;
        } finally {
            if (!done) {
                abort(object.key(), uploadId);
            }
        }
    }

    private void completeIf(String condition, String key, String uploadId, List<UploadedPart> parts) {
        List<CompletedPart> completed = parts.stream()
                .map(p -> CompletedPart.builder()
                        .partNumber(p.number())
                        .eTag(p.etag())
                        .build())
                .toList();
        client.completeMultipartUpload(b -> b.bucket(bucket)
                .key(key)
                .uploadId(uploadId)
                .ifNoneMatch(condition)
                .multipartUpload(u -> u.parts(completed)));
    }

    private String condition() {
        return conditionalWritesHonoured() ? "*" : null;
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
        if (e instanceof S3Exception answer) {
            String code = answer.awsErrorDetails() == null
                    ? null
                    : answer.awsErrorDetails().errorCode();
            String known = code != null && ERROR_CODE.matcher(code).matches() ? " " + code : "";
            return new RetryableFailure(
                    "storage", what + ": status " + answer.statusCode() + known, retryAfter(answer), null);
        }
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return new RetryableFailure(
                "storage", what + ": no answer (" + root.getClass().getSimpleName() + ")", e);
    }

    private static Duration retryAfter(S3Exception e) {
        if (e.awsErrorDetails() == null || e.awsErrorDetails().sdkHttpResponse() == null) {
            return null;
        }
        return PlainExchange.of(e.awsErrorDetails().sdkHttpResponse()).orElse(null);
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
