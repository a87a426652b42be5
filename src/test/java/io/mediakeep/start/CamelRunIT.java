package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code camel run application.properties}: the files as shipped under the Camel CLI, which gets the beans from a Maven
 * repository. That is one below {@code target/}, so that no build stays behind in the user's own.
 */
class CamelRunIT {
    private static final Path WORK = Path.of("target", "camel-cli").toAbsolutePath();
    private static final Path REPOSITORY = WORK.resolve("repository");

    private static String cliClassPath;

    @TempDir
    Path temp;

    @BeforeAll
    static void buildCli() throws Exception {
        Path classPath = WORK.resolve("class-path.txt");
        Process maven = new ProcessBuilder(
                        Path.of(Child.property("mediakeep.maven"), "bin", "mvn").toString(),
                        "--batch-mode",
                        "--quiet",
                        "--file=src/test/camel-cli/pom.xml",
                        "-Dmaven.repo.local=" + Child.property("mediakeep.repository"),
                        "-Dmdep.outputFile=" + classPath,
                        "compile",
                        "dependency:build-classpath")
                .inheritIO()
                .start();
        assertThat(maven.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(maven.exitValue()).isZero();
        cliClassPath = WORK.resolve("classes")
                + File.pathSeparator
                + Files.readString(classPath).strip();
    }

    @BeforeAll
    static void installBeans() throws Exception {
        String version = Child.property("mediakeep.version");
        Path folder = Files.createDirectories(
                REPOSITORY.resolve("io/mediakeep/mediakeep").resolve(version));
        Files.copy(
                Path.of(Child.property("mediakeep.jar")),
                folder.resolve("mediakeep-" + version + ".jar"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                Path.of("pom.xml"),
                folder.resolve("mediakeep-" + version + ".pom"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void storesAResult() throws Exception {
        Path folder = Child.prepare(temp);
        try (KlingWorld kling = new KlingWorld();
                Child child = new Child(folder, camel("run", "application.properties"), kling.environment())) {
            child.awaitReady();
            kling.finish("camel-run-1", child, folder);
            assertThat(child.send(child.request("/").GET()).body()).contains("<!DOCTYPE html>");

            assertThat(child.terminate().end(Duration.ofSeconds(30))).isIn(0, 143);
        }
    }

    @Test
    void takesUpAnEditedMappingWithoutARestart() throws Exception {
        Path folder = Child.prepare(temp);
        List<String> arguments = new ArrayList<>(List.of("run", "application.properties", "--dev"));
        arguments.addAll(routes(folder));
        try (KlingWorld kling = new KlingWorld();
                Child child = new Child(folder, camel(arguments.toArray(String[]::new)), kling.environment())) {
            child.awaitReady();
            assertThat(normalized(child, kling.task("1"))).contains("\"image-0\"");

            Path mapping = folder.resolve("routes/kling.camel.yaml");
            String edited = Files.readString(mapping).replace("[key: \"image-${m.index", "[key: \"picture-${m.index");
            Files.writeString(mapping, edited);

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(normalized(child, kling.task("1"))).contains("\"picture-0\""));
            assertThat(child.send(child.request("/api/summary").GET()).statusCode())
                    .as("the other routes go on")
                    .isEqualTo(200);
        }
    }

    @Test
    void endsAtAWrongSettingAndNamesIt() throws Exception {
        Path folder = Child.prepare(temp);
        try (Child child = new Child(
                folder, camel("run", "application.properties"), Map.of("MEDIAKEEP_COPY_CONCURRENCY", "abc"))) {
            assertThat(child.end(Duration.ofSeconds(90))).isNotZero();
            assertThat(child.errors())
                    .contains("mediakeep.copy.concurrency must be a whole number from 1 to 256, but is 'abc'");
        }
    }

    private static String normalized(Child child, String task) throws Exception {
        return child.send(child.request("/api/normalize/kling").POST(HttpRequest.BodyPublishers.ofString(task)))
                .body();
    }

    private static List<String> routes(Path folder) {
        return Arrays.stream(folder.resolve("routes").toFile().list())
                .sorted()
                .map(name -> "routes/" + name)
                .toList();
    }

    /** The command {@code camel}, with a home and a repository of its own. */
    private static List<String> camel(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Child.java().toString(),
                "-Duser.home=" + WORK.resolve("home"),
                "-Dmaven.repo.local=" + REPOSITORY,
                "-cp",
                cliClassPath,
                "CamelCli"));
        command.addAll(List.of(arguments));
        command.add("--repos=" + Path.of(Child.property("mediakeep.repository")).toUri());
        command.add("--logging-color=false");
        return command;
    }
}
