package io.mediakeep.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * S3 server (S3Proxy) on loopback for a node without a bucket. The object {@code key} of the bucket {@code media} is the
 * plain file {@code <directory>/media/<key>}; content type and metadata are its user extended attributes, so they
 * survive a restart and a copy that keeps attributes ({@code cp -a}, {@code rsync -X}). On a file system without such
 * attributes objects are stored all the same, but are read back without content type and metadata: a warning says so at
 * start, and {@link #keepsMetadata()} tells.
 *
 * <p>Requests must be signed with the keys of this start; nobody else knows them. Names that differ in case alone are
 * two objects only where the file system tells them apart. Thread-safe.
 */
public final class EmbeddedStorage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedStorage.class);
    private static final int MAX_THREADS = 64;
    private static final long STOP_MILLIS = 5_000;

    private final S3Proxy server;
    private final String accessKey;
    private final String secretKey;
    private final boolean keepsMetadata;

    /**
     * Starts the server; it answers when the constructor returns.
     *
     * @param directory holds the buckets; created if missing
     * @param port      0 takes any free one
     * @throws IllegalStateException if the directory cannot be written or the port cannot be had
     */
    public EmbeddedStorage(Path directory, int port) {
        SecureRandom random = new SecureRandom();
        accessKey = randomHex(random, 10);
        secretKey = randomHex(random, 32);
        try {
            Files.createDirectories(directory);
            Path root = directory.toRealPath();
            keepsMetadata = probeAttributes(root);
            server = S3Proxy.builder()
                    .blobStore(new DurableBlobStore(new FilesystemNio2BlobStore(root.toString()), root))
                    .endpoint(URI.create("http://127.0.0.1:" + port))
                    .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                    .jettyMaxThreads(MAX_THREADS)
                    .stopTimeout(STOP_MILLIS)
                    .build();
        } catch (IOException e) {
            throw new IllegalStateException("mediakeep.storage.directory " + directory + " cannot be written: " + e, e);
        }
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("The embedded S3 server cannot listen on 127.0.0.1:" + port + ": " + e, e);
        }
        if (!keepsMetadata) {
            LOG.warn(
                    "The file system of {} has no user extended attributes: objects are kept without content type and metadata, the manifests have both",
                    directory);
        }
    }

    /** Where the server listens, such as {@code http://127.0.0.1:40123}. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** Made up at this start. */
    public String accessKey() {
        return accessKey;
    }

    /** Made up at this start; never to be logged. */
    public String secretKey() {
        return secretKey;
    }

    /** False where the file system cannot hold content types and metadata. */
    public boolean keepsMetadata() {
        return keepsMetadata;
    }

    /** Lets running requests end for up to 5 s. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("The embedded S3 server did not stop cleanly: {}", e.toString());
        }
    }

    private static boolean probeAttributes(Path root) throws IOException {
        Path probe = Files.createTempFile(root, ".attributes-", ".probe");
        try {
            UserDefinedFileAttributeView view = Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
            if (view == null) {
                return false;
            }
            view.write("user.mediakeep", ByteBuffer.allocate(1));
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        } finally {
            Files.delete(probe);
        }
    }

    private static String randomHex(SecureRandom random, int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
