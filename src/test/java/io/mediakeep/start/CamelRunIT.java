package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code camel run application.properties}: the files as shipped under the Camel CLI, which gets the beans from a Maven repository. */
class CamelRunIT {
    @TempDir
    Path temp;

    @Test
    void storesAResult() throws Exception {
        Path folder = Child.prepare(temp);
        try (KlingWorld kling = new KlingWorld();
                Child child =
                        new Child(folder, CamelCli.offline("run", "application.properties"), kling.environment())) {
            child.awaitReady();
            kling.finish("camel-run-1", child, folder);
            assertThat(child.send(child.request("/").GET()).body()).contains("<!DOCTYPE html>");

            assertThat(child.terminate().end(Child.PATIENCE)).isIn(0, 143);
        }
    }

    @Test
    void takesUpAnEditedMappingWithoutARestart() throws Exception {
        Path folder = Child.prepare(temp);
        List<String> arguments = new ArrayList<>(List.of("run", "application.properties", "--dev"));
        arguments.addAll(routes(folder));
        try (KlingWorld kling = new KlingWorld();
                Child child =
                        new Child(folder, CamelCli.offline(arguments.toArray(String[]::new)), kling.environment())) {
            child.awaitReady();
            assertThat(normalized(child, kling.task("1"))).contains("\"image-0\"");

            Path mapping = folder.resolve("routes/providers/kling.camel.yaml");
            String edited = Files.readString(mapping).replace("[key: \"image-${m.index", "[key: \"picture-${m.index");
            Files.writeString(mapping, edited);

            await().atMost(Child.PATIENCE)
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
                folder,
                CamelCli.offline("run", "application.properties"),
                Map.of("MEDIAKEEP_COPY_CONCURRENCY", "abc"))) {
            assertThat(child.end(Child.PATIENCE)).isNotZero();
            assertThat(child.errors())
                    .contains("mediakeep.copy.concurrency must be a whole number from 1 to 256, but is 'abc'");
        }
    }

    private static String normalized(Child child, String task) throws Exception {
        return child.send(child.request("/api/normalize/kling").POST(HttpRequest.BodyPublishers.ofString(task)))
                .body();
    }

    private static List<String> routes(Path folder) {
        return Stream.of("routes/", "routes/providers/")
                .flatMap(part -> Arrays.stream(folder.resolve(part).toFile().list())
                        .filter(name -> name.endsWith(".camel.yaml"))
                        .sorted()
                        .map(name -> part + name))
                .toList();
    }
}
