package io.mediakeep.storage;

import java.time.Instant;

/**
 * A multipart upload that was neither completed nor aborted.
 *
 * @param initiated null if the storage does not tell
 */
public record OpenUpload(String key, String uploadId, Instant initiated) {}
