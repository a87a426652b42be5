import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A {@link StorageServer} and what clients need to reach it. */
final class StorageProcess {
    final Child child;
    final Path directory;
    final int port = Scope.freePort();

    StorageProcess(Scope scope, String... mode) throws Exception {
        directory = scope.file("storage");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dlog4j2.configurationFile="
                        + Path.of("bench/log4j2.properties").toAbsolutePath(),
                "-cp",
                Bench.classPath(),
                "StorageServer",
                Integer.toString(port),
                directory.toString()));
        command.addAll(List.of(mode));
        child = scope.start("storage", Map.of(), command);
        awaitPort("storage", port, child);
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** Removes the objects, so that each run writes into an empty bucket. */
    void empty() throws IOException {
        try (Stream<Path> objects = Files.list(directory.resolve("media"))) {
            for (Path object : objects.toList()) {
                Scope.delete(object);
            }
        }
    }

    /** For aws, rclone (remote {@code s3:}) and s5cmd. */
    Map<String, String> environment() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("AWS_ACCESS_KEY_ID", StorageServer.ACCESS_KEY);
        all.put("AWS_SECRET_ACCESS_KEY", StorageServer.SECRET_KEY);
        all.put("AWS_DEFAULT_REGION", "us-east-1");
        all.put("AWS_REGION", "us-east-1");
        all.put("AWS_EC2_METADATA_DISABLED", "true");
        all.put("AWS_ENDPOINT_URL", endpoint());
        all.put("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required");
        all.put("S3_ENDPOINT_URL", endpoint());
        all.put("RCLONE_CONFIG", "/dev/null");
        all.put("RCLONE_CONFIG_S3_TYPE", "s3");
        all.put("RCLONE_CONFIG_S3_PROVIDER", "Other");
        all.put("RCLONE_CONFIG_S3_ACCESS_KEY_ID", StorageServer.ACCESS_KEY);
        all.put("RCLONE_CONFIG_S3_SECRET_ACCESS_KEY", StorageServer.SECRET_KEY);
        all.put("RCLONE_CONFIG_S3_REGION", "us-east-1");
        all.put("RCLONE_CONFIG_S3_ENDPOINT", endpoint());
        all.put("RCLONE_CONFIG_S3_FORCE_PATH_STYLE", "true");
        all.put("RCLONE_CONFIG_S3_NO_CHECK_BUCKET", "true");
        return all;
    }

    static void awaitPort(String what, int port, Child child) throws Exception {
        Await.until(what + " answers", Duration.ofSeconds(30), Duration.ofMillis(50), () -> {
            if (!child.isAlive()) {
                throw new IllegalStateException(what + " ended: " + child.said());
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }
}
