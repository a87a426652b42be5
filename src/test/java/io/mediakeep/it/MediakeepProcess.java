package io.mediakeep.it;

import io.mediakeep.Jvm;
import io.mediakeep.Ports;
import io.mediakeep.RouteFiles;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The application in a process of its own, which can be killed, on a copy of application.properties and routes/. */
public final class MediakeepProcess implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Path directory;
    private final String heap;
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final List<String> options = new ArrayList<>();
    private Process process;

    /** @param heap most heap, such as {@code 256m} */
    public MediakeepProcess(Path directory, String heap) throws IOException {
        this.directory = directory;
        this.heap = heap;
        Files.copy(Path.of("application.properties"), directory.resolve("application.properties"));
        RouteFiles.copyTo(directory);
        set("mediakeep.http.host", "127.0.0.1");
        set("mediakeep.http.port", Integer.toString(port));
        set("mediakeep.management.port", Integer.toString(managementPort));
        set("mediakeep.fetch.allow-private", "true");
    }

    /** Overrides a setting the way a user does: by an environment variable. */
    public MediakeepProcess set(String name, String value) {
        environment.put(name.toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value);
        return this;
    }

    /** Adds a line to the application.properties of this process. */
    public MediakeepProcess line(String property) throws IOException {
        Files.writeString(
                directory.resolve("application.properties"), "\n" + property + "\n", StandardOpenOption.APPEND);
        return this;
    }

    /** Edits a route file the way a user does. */
    public MediakeepProcess edit(String file, String text, String replacement) throws IOException {
        Path route = directory.resolve("routes").resolve(file);
        String before = Files.readString(route);
        if (!before.contains(text)) {
            throw new IllegalArgumentException(file + " should contain " + text);
        }
        Files.writeString(route, before.replace(text, replacement));
        return this;
    }

    /** An environment variable as it is. */
    MediakeepProcess variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds an option of the JVM. */
    public MediakeepProcess jvm(String option) {
        options.add(option);
        return this;
    }

    public MediakeepProcess start() throws IOException {
        begin();
        awaitReady();
        return this;
    }

    /** Starts the process and does not wait for it. */
    public void begin() throws IOException {
        List<String> command = Jvm.command();
        command.add("-Xmx" + heap);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), "io.mediakeep.Main"));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    public void awaitReady() {
        Awaitility.await("ready").atMost(Duration.ofSeconds(90)).until(this::isReady);
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Sends a signal, such as {@code STOP} or {@code CONT}. */
    public void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IllegalStateException("kill -" + name + " failed");
        }
    }

    public int port() {
        return port;
    }

    /** What a command said, with its exit code on a line of its own at the end. */
    String command(String... words) throws IOException, InterruptedException {
        List<String> command = Jvm.command();
        command.addAll(List.of("-Xmx" + heap, "-cp", classPath(), "io.mediakeep.Main"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        Process running = builder.redirectErrorStream(true).start();
        String said = new String(running.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return said + "exit " + running.waitFor();
    }

    /** As {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** As {@code kill} does; returns the exit code. */
    public int terminate(Duration limit) throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            signal("QUIT"); // its threads are in its log then
            process.waitFor(2, TimeUnit.SECONDS);
            kill();
            throw new AssertionError("the process did not end within " + limit);
        }
        return process.exitValue();
    }

    public Path log() {
        return directory.resolve("out.log");
    }

    public Path bucket() {
        return directory.resolve("data/bucket/media");
    }

    public HttpResponse<String> post(String path, String json) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    public com.fasterxml.jackson.databind.JsonNode get(String path) {
        return FakeServer.parse(send(request(path)).body());
    }

    /** With the token that the process has made for itself. */
    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token());
    }

    Path tokenFile() {
        return directory.resolve("data/api-token");
    }

    String token() {
        try {
            return Files.exists(tokenFile()) ? Files.readString(tokenFile()).strip() : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private boolean isReady() {
        if (!process.isAlive()) {
            throw new AssertionError("the process ended: " + text());
        }
        try {
            URI health = URI.create("http://127.0.0.1:" + managementPort + "/observe/health/ready");
            return http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String text() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            return e.toString();
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The packaged jar and the classes of the tests; the class path of this process where nothing is packaged. */
    private static String classPath() {
        String jar = System.getProperty("it.jar");
        String classPath = jar == null
                ? System.getProperty("java.class.path")
                : jar + File.pathSeparator + Path.of("target", "test-classes");
        return Stream.of(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
    }
}
