package io.mediakeep.start;

import io.mediakeep.Jvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The command {@code camel} with a home and a Maven repository of its own below {@code target/}, so that no build stays
 * behind in the user's. The build runs {@link #main} before the integration tests: it resolves all that the command asks
 * for, and the tests run it without any registry.
 */
final class CamelCli {
    private static final Path WORK = Path.of("target", "camel-cli").toAbsolutePath();
    private static final Path REPOSITORY = WORK.resolve("repository");
    private static final Path CLASS_PATH = WORK.resolve("class-path.txt");

    private CamelCli() {}

    /** @param arguments Maven's home, its local repository, the jar of this build, its version */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Path maven = Path.of(arguments[0], "bin", windows() ? "mvn.cmd" : "mvn");
        run(
                Path.of("").toAbsolutePath(),
                List.of(
                        maven.toString(),
                        "--batch-mode",
                        "--quiet",
                        "--file=src/test/camel-cli/pom.xml",
                        "-Dmaven.repo.local=" + arguments[1],
                        "-Dmdep.outputFile=" + CLASS_PATH,
                        "compile",
                        "dependency:build-classpath"));
        install(Path.of(arguments[2]), arguments[3]);
        resolve(Path.of(arguments[1]));
    }

    /** The command line of {@code camel <arguments>}, which asks no registry for anything. */
    static List<String> offline(String... arguments) throws IOException {
        List<String> command = command(arguments);
        command.addAll(List.of(
                "--maven-central-enabled=false", "--maven-apache-snapshot-enabled=false", "--maven-settings=false"));
        return command;
    }

    private static void install(Path jar, String version) throws IOException {
        Path folder = Files.createDirectories(
                REPOSITORY.resolve("io/mediakeep/mediakeep").resolve(version));
        String name = "mediakeep-" + version;
        Files.copy(jar, folder.resolve(name + ".jar"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(Path.of("pom.xml"), folder.resolve(name + ".pom"), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Starts a route that does nothing, with the libraries that the shipped file names. */
    private static void resolve(Path local) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(WORK.resolve("resolve"));
        Files.writeString(
                folder.resolve("application.properties"),
                Files.readAllLines(Path.of("application.properties")).stream()
                        .filter(line -> line.startsWith("camel.jbang."))
                        .collect(Collectors.joining("\n", "", "\ncamel.main.routesIncludePattern = file:none.yaml\n")));
        Files.writeString(folder.resolve("none.yaml"), """
                - route:
                    id: none
                    from:
                      uri: timer:none
                      steps:
                        - log: none
                """);
        List<String> command = command("run", "application.properties", "--max-seconds=1", "--profile=prod");
        command.add("--repos=" + local.toUri());
        run(folder, command);
    }

    private static List<String> command(String... arguments) throws IOException {
        List<String> command = Jvm.command();
        command.addAll(List.of(
                "-Duser.home=" + WORK.resolve("home"),
                "-Dmaven.repo.local=" + REPOSITORY,
                "-cp",
                WORK.resolve("classes")
                        + File.pathSeparator
                        + Files.readString(CLASS_PATH).strip(),
                "CamelCli"));
        command.addAll(List.of(arguments));
        // The CLI would ask for the Kamelets of its own version, which are not to be had.
        command.add("--kamelets-version=4.18.0");
        command.add("--logging-color=false");
        return command;
    }

    private static void run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path said = Files.createDirectories(WORK).resolve("prepare.log");
        int end = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start()
                .waitFor();
        if (end != 0) {
            throw new IllegalStateException("ended with " + end + ": " + Files.readString(said));
        }
    }

    private static boolean windows() {
        return System.getProperty("os.name").startsWith("Windows");
    }
}
