import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.middleware.Discarding;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * S3Proxy in a process of its own, with signature checks; the same for the product and all peers. It does not sync.
 * With {@code discard} it reads bodies and forgets them, so that 20 GiB need no disk.
 */
final class StorageServer {
    static final String ACCESS_KEY = "benchaccess";
    static final String SECRET_KEY = "bench-secret-0123456789";

    private StorageServer() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[1]));
        Files.createDirectories(directory.resolve("media"));
        BlobStore store = new FilesystemNio2BlobStore(directory.toRealPath().toString());
        S3Proxy.builder()
                .blobStore(args.length > 2 && args[2].equals("discard") ? Discarding.in(store) : store)
                .endpoint(URI.create("http://127.0.0.1:" + args[0]))
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                .jettyMaxThreads(64)
                .build()
                .start();
    }
}
