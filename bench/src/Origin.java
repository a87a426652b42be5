import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** nginx as media server, and the files that it serves. */
final class Origin {
    final Path files;
    final int port = Scope.freePort();

    Origin(Scope scope) throws Exception {
        if (!Scope.has("nginx")) {
            throw new IllegalStateException("nginx is not installed");
        }
        Path work = Files.createDirectories(scope.file("nginx"));
        files = Files.createDirectories(work.resolve("files"));
        Path configuration = work.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events { worker_connections 1024; }
                http {
                  access_log off;
                  sendfile on;
                  keepalive_requests 1000000;
                  types { video/mp4 mp4; }
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  server {
                    listen 127.0.0.1:%2$d;
                    root %1$s/files;
                    autoindex on;
                    location /callbacks/ { default_type application/json; return 200 '{"status":"accepted"}'; }
                  }
                }
                """.formatted(work, port));
        Child child = scope.start(
                "nginx", Map.of(), List.of("nginx", "-c", configuration.toString(), "-e", work + "/error.log"));
        StorageProcess.awaitPort("nginx", port, child);
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + "/" + path;
    }

    /** An MP4 as to its boxes; its content is noise. */
    String noise(String name, long size) throws IOException {
        Path file = files.resolve(name);
        Files.createDirectories(file.getParent());
        Random random = new Random(1);
        byte[] buffer = new byte[1 << 20];
        byte[] boxes = boxes(size);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(boxes);
            for (long left = size - boxes.length; left > 0; left -= buffer.length) {
                random.nextBytes(buffer);
                out.write(buffer, 0, (int) Math.min(buffer.length, left));
            }
        }
        return url(name);
    }

    /** The same with nothing in it, and no space on the disk. */
    String hollow(String name, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(files.resolve(name).toFile(), "rw")) {
            file.setLength(size);
            file.write(boxes(size));
        }
        return url(name);
    }

    private static byte[] boxes(long size) {
        return ByteBuffer.allocate(44)
                .putInt(20)
                .put("ftypisom".getBytes(StandardCharsets.US_ASCII))
                .putInt(512)
                .put("isom".getBytes(StandardCharsets.US_ASCII))
                .putInt(8)
                .put("moov".getBytes(StandardCharsets.US_ASCII))
                .putInt(1)
                .put("mdat".getBytes(StandardCharsets.US_ASCII))
                .putLong(size - 28)
                .array();
    }
}
