package io.mediakeep.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Map;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectResult;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Adds to S3Proxy's file system store what a ledger may rely on: a finished object is on the disk before the answer, and
 * new metadata for an object costs no copy of its bytes. Parts are not synced: an upload that was not completed is
 * simply done again.
 */
final class DurableBlobStore extends ForwardingBlobStore {
    private static final String METADATA = "user.user-metadata.";
    private static final String CONTENT_TYPE = "user.content-type";

    private final Path root;

    /** @param root the real path that the store has as its directory */
    DurableBlobStore(BlobStore store, Path root) {
        super(store);
        this.root = root;
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        PutObjectResponse response = super.putBlob(request, payload);
        sync(request.bucket(), request.key());
        return response;
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        CompleteMultipartUploadResponse response = super.completeMultipartUpload(upload, request);
        sync(request.bucket(), request.key());
        return response;
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        boolean ontoItself = request.sourceBucket().equals(request.destinationBucket())
                && request.sourceKey().equals(request.destinationKey())
                && request.metadataDirective() == MetadataDirective.REPLACE;
        if (ontoItself && matches(request) && describe(request)) {
            HeadObjectResponse now = head(request);
            sync(request.destinationBucket(), request.destinationKey());
            return CopyObjectResponse.builder()
                    .copyObjectResult(CopyObjectResult.builder()
                            .eTag(now.eTag())
                            .lastModified(now.lastModified())
                            .build())
                    .build();
        }
        CopyObjectResponse response = super.copyBlob(request);
        sync(request.destinationBucket(), request.destinationKey());
        return response;
    }

    /** Only the condition that we use ourselves; all others go the long way. */
    private boolean matches(CopyObjectRequest request) {
        if (request.copySourceIfNoneMatch() != null
                || request.copySourceIfModifiedSince() != null
                || request.copySourceIfUnmodifiedSince() != null
                || request.sourceVersionId() != null) {
            return false;
        }
        return request.copySourceIfMatch() == null
                || unquoted(request.copySourceIfMatch())
                        .equals(unquoted(head(request).eTag()));
    }

    private HeadObjectResponse head(CopyObjectRequest request) {
        return blobMetadata(HeadObjectRequest.builder()
                .bucket(request.sourceBucket())
                .key(request.sourceKey())
                .build());
    }

    /** @return false if the file system has no such attributes, nothing was changed then */
    private boolean describe(CopyObjectRequest request) {
        Path file = path(request.destinationBucket(), request.destinationKey());
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        if (view == null || !Files.isRegularFile(file)) {
            return false;
        }
        try {
            if (request.contentType() != null) {
                write(view, CONTENT_TYPE, request.contentType());
            }
            for (Map.Entry<String, String> entry : request.metadata().entrySet()) {
                write(view, METADATA + entry.getKey(), entry.getValue());
            }
            for (String name : view.list()) {
                if (name.startsWith(METADATA) && !request.metadata().containsKey(name.substring(METADATA.length()))) {
                    view.delete(name);
                }
            }
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void write(UserDefinedFileAttributeView view, String name, String value) throws IOException {
        view.write(name, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    private void sync(String bucket, String key) {
        Path file = path(bucket, key);
        if (!Files.isRegularFile(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Path folder = file.getParent(); folder != null && folder.startsWith(root); folder = folder.getParent()) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (IOException e) {
                return; // Windows does not open folders; the file itself is safe.
            }
        }
    }

    private Path path(String bucket, String key) {
        return root.resolve(bucket).resolve(key).normalize();
    }

    private static String unquoted(String etag) {
        return etag == null ? "" : etag.replace("\"", "");
    }
}
