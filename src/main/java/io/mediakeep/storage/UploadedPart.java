package io.mediakeep.storage;

/**
 * A part of a multipart upload that the storage has taken.
 *
 * @param number from 1 to 10,000
 * @param etag   what the storage answered for it; needed to complete the upload
 * @param size   bytes
 */
public record UploadedPart(int number, String etag, long size) {}
