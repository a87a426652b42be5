package io.mediakeep.storage;

import io.mediakeep.digest.Checksum;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Content type, metadata and storage class of an object, safe to be sent as headers whatever the values are: all but visible ASCII, and
 * {@code %} itself, is percent-encoded UTF-8. S3 takes 2 KiB of metadata; what does not fit is left out, least important
 * first. Immutable.
 */
public final class ObjectDescription {
    static final int MAX_METADATA = 2_048;
    private static final String HEADER_PREFIX = "x-amz-meta-";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}");

    private final String contentType;
    private final Map<String, String> metadata;
    private final String storageClass;

    /**
     * @param contentType type/subtype without parameters
     * @param metadata    most important first, names in lower case; a null value is left out
     * @throws IllegalArgumentException if the content type or a name is malformed
     */
    public ObjectDescription(String contentType, Map<String, String> metadata) {
        if (!TYPE.matcher(contentType).matches()) {
            throw new IllegalArgumentException("The content type of an object must have the form type/subtype");
        }
        this.contentType = contentType;
        Map<String, String> kept = new LinkedHashMap<>();
        int size = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (!NAME.matcher(entry.getKey()).matches()) {
                throw new IllegalArgumentException("Object metadata has a malformed name");
            }
            if (entry.getValue() == null) {
                continue;
            }
            String value = encode(entry.getValue());
            int cost = HEADER_PREFIX.length() + entry.getKey().length() + value.length();
            if (size + cost > MAX_METADATA) {
                break;
            }
            size += cost;
            kept.put(entry.getKey(), value);
        }
        this.metadata = Collections.unmodifiableMap(kept);
        this.storageClass = null;
    }

    private ObjectDescription(ObjectDescription other, String storageClass) {
        this.contentType = other.contentType;
        this.metadata = other.metadata;
        this.storageClass = storageClass;
    }

    /** @param name of the storage class; null for the one that the bucket gives */
    public ObjectDescription inClass(String name) {
        return new ObjectDescription(this, name);
    }

    /** @param checksum of the whole object, put under the label of its algorithm; null while it is not known yet */
    public static ObjectDescription of(
            String contentType, String provider, String taskId, String mediaKey, Checksum checksum) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (checksum != null) {
            metadata.put(checksum.algorithm().label(), checksum.value());
        }
        metadata.put("provider", Objects.requireNonNull(provider));
        metadata.put("media-key", Objects.requireNonNull(mediaKey));
        metadata.put("task-id", Objects.requireNonNull(taskId));
        return new ObjectDescription(contentType, metadata);
    }

    public String contentType() {
        return contentType;
    }

    /** As it is sent: encoded and within the limit. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Null for the one that the bucket gives. */
    public String storageClass() {
        return storageClass;
    }

    public Optional<Checksum> checksum() {
        return Checksum.find(metadata::get);
    }

    private static String encode(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0x20 && b < 0x7f && b != '%') {
                text.append((char) b);
            } else {
                text.append('%').append(String.format("%02X", b & 0xff));
            }
        }
        return text.toString();
    }
}
