package io.mediakeep.storage;

import io.mediakeep.digest.Checksum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * The checksum in a tag of a finished object, under the label of its algorithm. A tag is one small request, leaves the ETag
 * and makes no new version. Trouble with it is none of a copy: ledger and manifest have the checksum. Thread-safe.
 */
final class Lateness {
    private static final Logger LOG = LoggerFactory.getLogger(Lateness.class);
    private static final String PROBE_TAG = "mediakeep-probe";
    /** S3 allows no more for one object. */
    private static final int MOST_TAGS = 10;

    private final S3Client client;
    private final String bucket;
    private final LateChecksum wanted;
    private volatile boolean taken;

    Lateness(S3Client client, String bucket, LateChecksum wanted) {
        this.client = client;
        this.bucket = bucket;
        this.wanted = wanted;
    }

    boolean isCopy() {
        return wanted == LateChecksum.COPY;
    }

    /**
     * Finds out whether the storage keeps a tag.
     *
     * @param key of an object that may be made and is removed by the caller
     * @throws SdkException if the storage has other trouble
     */
    void probe(String key, byte[] content) {
        if (wanted != LateChecksum.AUTO && wanted != LateChecksum.TAG) {
            return;
        }
        client.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromBytes(content));
        try {
            write(key, List.of(tag(PROBE_TAG, "1")));
            taken = "1".equals(read(key).get(PROBE_TAG));
        } catch (S3Exception e) {
            if (StorageError.endsProbe(e)) {
                throw e;
            }
            taken = false;
        }
        if (!taken && wanted == LateChecksum.TAG) {
            LOG.warn("The storage takes no tags: mediakeep.storage.late-checksum = tag cannot be followed");
        }
    }

    /** For an operator. */
    String text() {
        String where = isCopy()
                ? "the metadata, by a copy onto itself"
                : taken ? "a tag of the object" : "ledger and manifest alone";
        return "the checksum of a result of several parts goes into " + where;
    }

    /** Adds the checksum to the tags that the object has; false if that was not possible. */
    boolean tag(String key, Checksum checksum) {
        if (!taken) {
            return false;
        }
        String label = checksum.algorithm().label();
        try {
            // Others tag new objects too, such as a scan for malware, and a write replaces all tags.
            Map<String, String> tags = new HashMap<>(read(key));
            if (checksum.value().equals(tags.put(label, checksum.value()))) {
                return true;
            }
            if (tags.size() > MOST_TAGS) {
                return false;
            }
            List<Tag> all = new ArrayList<>();
            tags.forEach((name, value) -> all.add(tag(name, value)));
            write(key, all);
            return true;
        } catch (S3Exception e) {
            if (StorageError.isRefusal(e) && taken) {
                taken = false;
                LOG.warn("The storage refuses a tag: {}; tags are left out from now on", StorageError.text(e));
            }
            return false;
        } catch (SdkException e) {
            LOG.info("{} gets no tag with its checksum: {}", key, StorageError.text(e));
            return false;
        }
    }

    /** The checksum that a finished copy has put there; empty also if it cannot be found out. */
    Optional<Checksum> find(String key) {
        if (!taken) {
            return Optional.empty();
        }
        try {
            return Checksum.find(read(key)::get);
        } catch (SdkException e) {
            LOG.debug("The tags of {} cannot be read: {}", key, StorageError.text(e));
            return Optional.empty();
        }
    }

    private Map<String, String> read(String key) {
        Map<String, String> tags = new HashMap<>();
        client.getObjectTagging(b -> b.bucket(bucket).key(key)).tagSet().forEach(t -> tags.put(t.key(), t.value()));
        return tags;
    }

    private void write(String key, List<Tag> tags) {
        client.putObjectTagging(b -> b.bucket(bucket).key(key).tagging(t -> t.tagSet(tags)));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
