package io.mediakeep.storage;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A storage's own word for what it has: the CRC32C of an object, sent with it and told back, and the size of an upload,
 * without which it makes no object of it. What a storage does not know is left out. Thread-safe.
 */
final class Vouching {
    private static final Logger LOG = LoggerFactory.getLogger(Vouching.class);
    private static final byte[] PROBED = {'p'};
    private static final int MOST_UPLOADS = 10_000;

    private final S3Client client;
    private final String bucket;
    private final boolean wanted;
    private volatile boolean put = true;
    private volatile boolean uploads;
    private volatile boolean sizes;

    /** Uploads that were begun with a CRC32C of the whole object: their parts must have one, those of others must not. */
    private final Map<String, Boolean> checked = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_UPLOADS;
        }
    });

    /** @param wanted whether the storage is asked what it knows of uploads */
    Vouching(S3Client client, String bucket, boolean wanted) {
        this.wanted = wanted;
        this.client = client;
        this.bucket = bucket;
    }

    /**
     * Finds out what the storage knows of an upload.
     *
     * @param key of an object that may be made and is removed by the caller
     * @throws SdkException if the storage has other trouble
     */
    void probe(String key) {
        uploads = wanted && isDone(key, true, false);
        sizes = wanted && isDone(key, false, true);
    }

    boolean isWanted() {
        return wanted;
    }

    /** For an operator. */
    String text() {
        return "it " + (uploads ? "vouches for" : "does not tell") + " the CRC32C of an upload and "
                + (sizes ? "takes" : "does not take") + " its size";
    }

    private boolean isDone(String key, boolean crc, boolean size) {
        String id = null;
        try {
            id = client.createMultipartUpload(b -> {
                        b.bucket(bucket).key(key);
                        if (crc) {
                            withCrc(b);
                        }
                    })
                    .uploadId();
            String upload = id;
            String sum = crc ? base64(crc(PROBED, PROBED.length)) : null;
            String etag = client.uploadPart(
                            b -> b.bucket(bucket)
                                    .key(key)
                                    .uploadId(upload)
                                    .partNumber(1)
                                    .checksumCRC32C(sum),
                            RequestBody.fromBytes(PROBED))
                    .eTag();
            CompleteMultipartUploadResponse answer = client.completeMultipartUpload(b -> {
                b.bucket(bucket)
                        .key(key)
                        .uploadId(upload)
                        .multipartUpload(u -> u.parts(
                                CompletedPart.builder().partNumber(1).eTag(etag).build()));
                if (crc) {
                    b.checksumCRC32C(sum).checksumType(ChecksumType.FULL_OBJECT);
                }
                if (size) {
                    b.mpuObjectSize((long) PROBED.length);
                }
            });
            id = null;
            return !crc || sum.equals(answer.checksumCRC32C());
        } catch (S3Exception e) {
            if (StorageError.endsProbe(e)) {
                throw e;
            }
            return false;
        } finally {
            if (id != null) {
                abort(key, id);
            }
        }
    }

    private void abort(String key, String uploadId) {
        try {
            client.abortMultipartUpload(b -> b.bucket(bucket).key(key).uploadId(uploadId));
        } catch (SdkException e) {
            LOG.debug("An upload of {} stays open for the sweep: {}", key, StorageError.text(e));
        }
    }

    /**
     * Sends an object with its CRC32C, and without it where the storage does not know such a header.
     *
     * @param request gets the CRC32C in Base64, or null
     * @return whether the storage told the same one
     */
    boolean put(List<ByteBuffer> content, Function<String, PutObjectResponse> request) {
        if (!put) {
            request.apply(null);
            return false;
        }
        CRC32C crc = new CRC32C();
        content.forEach(buffer -> crc.update(buffer.duplicate()));
        String sum = base64((int) crc.getValue());
        try {
            return sum.equals(request.apply(sum).checksumCRC32C());
        } catch (S3Exception e) {
            // Not where the bytes do not fit: that is what it is sent for.
            if (!StorageError.isUnknownFeature(e)) {
                throw e;
            }
        }
        request.apply(null);
        put = false;
        LOG.info("The storage refuses the CRC32C of an object; it is left out from now on");
        return false;
    }

    /** Begins an upload; returns its id. */
    String create(Consumer<CreateMultipartUploadRequest.Builder> request) {
        boolean with = uploads;
        String id = client.createMultipartUpload(b -> {
                    request.accept(b);
                    if (with) {
                        withCrc(b);
                    }
                })
                .uploadId();
        if (with) {
            checked.put(id, true);
        }
        return id;
    }

    /** What an earlier process began is known by the list of its parts. */
    void seen(String uploadId, ListPartsResponse answer) {
        if (answer.checksumAlgorithm() == ChecksumAlgorithm.CRC32_C
                && answer.checksumType() == ChecksumType.FULL_OBJECT) {
            checked.put(uploadId, true);
        }
    }

    /** CRC32C of a part in Base64; null where the upload was begun without. */
    String ofPart(String uploadId, byte[] buffer, int length) {
        return checked.containsKey(uploadId) ? base64(crc(buffer, length)) : null;
    }

    /**
     * Completes an upload.
     *
     * @param crc of the whole object; null if it is not known
     * @return whether the storage told the same one
     */
    boolean complete(
            String uploadId, long size, Integer crc, Consumer<CompleteMultipartUploadRequest.Builder> request) {
        String sum = crc != null && checked.containsKey(uploadId) ? base64(crc) : null;
        CompleteMultipartUploadResponse answer = client.completeMultipartUpload(b -> {
            request.accept(b);
            if (sum != null) {
                b.checksumCRC32C(sum).checksumType(ChecksumType.FULL_OBJECT);
            }
            if (sizes) {
                b.mpuObjectSize(size);
            }
        });
        checked.remove(uploadId);
        return sum != null && sum.equals(answer.checksumCRC32C());
    }

    private static void withCrc(CreateMultipartUploadRequest.Builder request) {
        request.checksumAlgorithm(ChecksumAlgorithm.CRC32_C).checksumType(ChecksumType.FULL_OBJECT);
    }

    private static int crc(byte[] buffer, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer, 0, length);
        return (int) crc.getValue();
    }

    private static String base64(int crc) {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt(crc).array());
    }
}
