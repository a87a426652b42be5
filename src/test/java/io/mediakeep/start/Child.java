package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mediakeep.Jvm;
import io.mediakeep.Ports;
import io.mediakeep.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** Mediakeep as a process of its own, in a folder that holds nothing but {@code application.properties} and {@code routes/}. */
final class Child implements AutoCloseable {
    /** Longest wait for anything: far beyond what a slow machine needs, because it costs nothing where all is well. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final Path out;
    private final Path err;
    private final Path token;
    private final int port;

    /** @param folder see {@link #prepare} */
    Child(Path folder, List<String> command, Map<String, String> environment) throws IOException {
        out = folder.resolve("out.log");
        err = folder.resolve("err.log");
        token = folder.resolve("data/api-token");
        port = Ports.free();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("MEDIAKEEP_") || name.startsWith("CAMEL_"));
        builder.environment()
                .putAll(Map.of(
                        "MEDIAKEEP_HTTP_HOST", "127.0.0.1",
                        "MEDIAKEEP_HTTP_PORT", String.valueOf(port),
                        "MEDIAKEEP_MANAGEMENT_PORT", String.valueOf(Ports.free())));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** Copies what a user has in the working directory. */
    static Path prepare(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.copy(Path.of("application.properties"), folder.resolve("application.properties"));
        RouteFiles.copyTo(folder);
        return folder;
    }

    /** The command for the packaged jar. */
    static List<String> jar() {
        List<String> command = Jvm.command();
        command.addAll(List.of("-jar", property("it.jar")));
        return command;
    }

    static String property(String name) {
        String value = System.getProperty(name);
        assertThat(value)
                .as("system property %s, set by failsafe in pom.xml", name)
                .isNotNull();
        return value;
    }

    void awaitReady() {
        try {
            await().alias("answers at its port")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> !process.isAlive()
                            || send(request("/api/summary").GET()).statusCode() == 200);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("did not come up; its last lines: " + lastLines(), e);
        }
        assertThat(process.isAlive())
                .as("alive; its last lines: %s", lastLines())
                .isTrue();
    }

    private String lastLines() {
        List<String> lines = said().lines().toList();
        return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofMinutes(1))
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Bearer " + (Files.exists(token) ? read(token).strip() : ""));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends SIGTERM. */
    Child terminate() {
        process.destroy();
        return this;
    }

    /** The exit code, once the process has ended. */
    int end(Duration limit) throws InterruptedException {
        assertThat(process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended within %s; its last lines: %s", limit, lastLines())
                .isTrue();
        return process.exitValue();
    }

    String errors() {
        return read(err);
    }

    String said() {
        return read(out) + errors();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
