package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.Jvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar target/mediakeep.jar}, as it is shipped. */
class PackagedIT {
    @TempDir
    Path temp;

    @Test
    void storesAResultAndEndsOnSigterm() throws Exception {
        Path folder = Child.prepare(temp);
        try (KlingWorld kling = new KlingWorld();
                Child child =
                        new Child(folder, List.of(Jvm.java(), "-jar", Child.property("it.jar")), kling.environment())) {
            child.awaitReady();
            kling.finish("packaged-1", child, folder);

            assertThat(child.terminate().end(Child.PATIENCE)).isIn(0, 143);
            assertThat(child.errors()).isEmpty();
        }
    }

    @Test
    void readsTheEditedFilesAndAnOverrideOnTheCommandLine() throws Exception {
        Path folder = Child.prepare(temp);
        Path settings = folder.resolve("application.properties");
        Files.writeString(
                settings,
                Files.readString(settings)
                        .replace("mediakeep.storage.bucket = media", "mediakeep.storage.bucket = edited"));
        List<String> command =
                java("-Dmediakeep.ledger.url=jdbc:sqlite:data/other.db", "-jar", Child.property("it.jar"));
        try (KlingWorld kling = new KlingWorld();
                Child child = new Child(folder, command, kling.environment())) {
            child.awaitReady();
            assertThat(folder.resolve("data/bucket/edited")).isDirectory();
            assertThat(folder.resolve("data/other.db")).exists();
        }
    }

    /** The commands of docs/operations.md; with -Xshare:on Java ends at once where it cannot use the archive. */
    @Test
    void writesAnArchiveOfItsClassesAndStartsWithIt() throws Exception {
        Path folder = Child.prepare(temp);
        String jar = Child.property("it.jar");
        try (Child once = new Child(
                folder,
                java(
                        "-XX:ArchiveClassesAtExit=data/mediakeep.jsa",
                        "-Xlog:cds=error",
                        "-Dcamel.main.durationMaxSeconds=1",
                        "-jar",
                        jar),
                Map.of())) {
            assertThat(once.end(Duration.ofMinutes(4))).isZero();
        }
        assertThat(folder.resolve("data/mediakeep.jsa")).isNotEmptyFile();

        try (Child child = new Child(
                folder, java("-XX:SharedArchiveFile=data/mediakeep.jsa", "-Xshare:on", "-jar", jar), Map.of())) {
            child.awaitReady();
        }
    }

    private static List<String> java(String... arguments) {
        List<String> command = Jvm.plain();
        command.addAll(List.of(arguments));
        return command;
    }
}
