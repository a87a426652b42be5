package io.mediakeep.it;

import io.mediakeep.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** nginx as media server: one that this project did not write. Serves a directory on loopback. */
final class Nginx implements AutoCloseable {
    private final Process process;
    private final int port;

    /** Whether nginx is on this machine. */
    static boolean isInstalled() {
        return binary() != null;
    }

    Nginx(Path files, Path work) throws IOException {
        port = Ports.free();
        Path configuration = work.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                worker_processes 1;
                events { worker_connections 256; }
                http {
                  access_log %1$s/access.log combined;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  keepalive_timeout 60;
                  server {
                    listen 127.0.0.1:%3$d;
                    root %2$s;
                    location /moved/ { return 302 http://127.0.0.1:%3$d/again$request_uri; }
                    location /again/moved/ { alias %2$s/; }
                    location /chunked/ { alias %2$s/; gzip off; sub_filter_types *; sub_filter_once off;
                                         sub_filter 'never-in-a-file-0' 'x'; }
                    location /round/ { return 302 $request_uri; }
                  }
                }
                """.formatted(work, files, port));
        process = new ProcessBuilder(
                        binary(),
                        "-c",
                        configuration.toString(),
                        "-e",
                        work.resolve("error.log").toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("nginx.out").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::answers);
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String binary() {
        return Stream.of("/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
