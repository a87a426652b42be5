package io.mediakeep.storage;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Believes no answer without what every S3 has in it, such as an ETag: what stands between us and the storage may answer 200 to
 * everything.
 */
final class Believable implements ExecutionInterceptor {
    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        String sign = sign(context.response());
        if (sign == null || sign.isBlank()) {
            throw SdkClientException.create(StorageError.NO_S3);
        }
    }

    private static String sign(SdkResponse answer) {
        if (answer instanceof PutObjectResponse put) {
            return put.eTag();
        }
        if (answer instanceof HeadObjectResponse head) {
            return head.contentLength() == null ? null : head.eTag();
        }
        if (answer instanceof UploadPartResponse part) {
            return part.eTag();
        }
        if (answer instanceof CreateMultipartUploadResponse upload) {
            return upload.uploadId();
        }
        if (answer instanceof CompleteMultipartUploadResponse object) {
            return object.eTag();
        }
        if (answer instanceof ListPartsResponse parts) {
            return anyOf(parts.uploadId(), parts.isTruncated(), parts.hasParts() ? "parts" : null);
        }
        if (answer instanceof ListMultipartUploadsResponse uploads) {
            return anyOf(uploads.bucket(), uploads.isTruncated(), uploads.hasUploads() ? "uploads" : null);
        }
        if (answer instanceof ListObjectsV2Response objects) {
            return anyOf(objects.name(), objects.isTruncated(), objects.hasContents() ? "contents" : null);
        }
        return "nothing to look for";
    }

    /** Look-alikes leave out what most lists have. */
    private static String anyOf(Object... signs) {
        for (Object sign : signs) {
            if (sign != null) {
                return sign.toString();
            }
        }
        return null;
    }
}
