package io.mediakeep.storage;

import io.mediakeep.digest.Checksum;
import java.util.Map;
import java.util.Optional;

/**
 * An object as the storage describes it.
 *
 * @param size        bytes
 * @param etag        as sent, usually in quotes; only good for comparing
 * @param contentType null if the storage has none
 * @param metadata    encoded as {@link ObjectDescription} does, names in lower case
 */
public record StoredObject(String key, long size, String etag, String contentType, Map<String, String> metadata) {
    public StoredObject {
        metadata = Map.copyOf(metadata);
    }

    /** Empty while the object was not described yet, or if the storage keeps no metadata. */
    public Optional<Checksum> checksum() {
        return Checksum.find(metadata::get);
    }

    /** Empty also if the object was described with another one. */
    public Optional<Checksum> checksum(Checksum.Algorithm algorithm) {
        return checksum().filter(known -> known.algorithm() == algorithm);
    }
}
