package io.mediakeep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The Java of this process, as the beginning of a command. */
public final class Jvm {
    private Jvm() {}

    /** As a user runs it. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * With the options that make a short life cheap: {@code test.jvm} in pom.xml, and the archive of the product's classes
     * where there is one. It fits a class path that begins with the packaged jar; before any other it is not looked at.
     */
    public static List<String> command() {
        List<String> command = plain();
        String archive = System.getProperty("it.archive", "");
        if (!archive.isEmpty() && Files.exists(Path.of(archive))) {
            command.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"));
        }
        return command;
    }

    /** The same without the archive. */
    public static List<String> plain() {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(List.of(System.getProperty("it.jvm", "").split(" ")));
        command.removeIf(String::isBlank);
        return command;
    }

    /**
     * Writes the archive: from a start of the packaged jar on the shipped files, which ends after a second.
     *
     * @param arguments the jar and the archive
     */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Path archive = Path.of(arguments[1]);
        Path folder = Files.createDirectories(archive.resolveSibling("archive"));
        clear(folder);
        copy(Path.of("application.properties"), folder);
        try (Stream<Path> routes = Files.walk(Path.of("routes"))) {
            for (Path route : routes.filter(Files::isRegularFile).toList()) {
                copy(route, folder);
            }
        }
        Files.deleteIfExists(archive);
        List<String> command = plain();
        command.addAll(List.of(
                "-XX:ArchiveClassesAtExit=" + archive,
                "-Xlog:disable",
                "-Dcamel.main.durationMaxSeconds=1",
                "-cp",
                arguments[0],
                "io.mediakeep.Main"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "MEDIAKEEP_HTTP_HOST", "127.0.0.1",
                        "MEDIAKEEP_HTTP_PORT", String.valueOf(Ports.free()),
                        "MEDIAKEEP_MANAGEMENT_PORT", String.valueOf(Ports.free())));
        int end = builder.start().waitFor();
        if (end != 0) {
            throw new IllegalStateException("ended with " + end + ": " + Files.readString(folder.resolve("out.log")));
        }
    }

    private static void copy(Path file, Path folder) throws IOException {
        Path copy = folder.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
    }

    private static void clear(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder())
                    .filter(f -> !f.equals(folder))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
