package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.FaultyStorage;
import io.mediakeep.storage.FaultyStorage.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A start with an empty ledger is a first one, or the ledger was lost: the bucket tells. */
class EmptyLedgerIT {
    private static final String WARNING = "The ledger is empty, but bucket media at ";

    private final RunningMediakeep app = new RunningMediakeep(new OffsetClock());

    @AfterEach
    void stop() {
        app.close();
    }

    @ParameterizedTest
    @CsvSource({
        "${provider}/${taskId}/${mediaKey}.${extension}, suno/1/task.json",
        "${createdDate}/${provider}/${taskId}/${mediaKey}.${extension}, kling/abc/task.json",
        "a/${provider}-${taskId}-${mediaKey}.${extension}, another-account/1/task.json"
    })
    void manifestsOfEarlierTasksAreToldWithTheCommand(String template, String manifest) throws IOException {
        write(manifest);
        app.set("mediakeep.storage.key", template).start();

        app.await("told", () -> !warnings().isEmpty());
        assertThat(warnings())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("WARN")
                        .contains("at least 1, such as " + manifest, "java -jar mediakeep.jar rebuild"));
    }

    @Test
    void anEmptyBucketAndOtherObjectsAreNothingToTell() throws IOException {
        write("backup/task.json");
        write("a/b/c/task.json");
        app.start();
        app.await(
                "looked",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("lost-ledger")));

        assertThat(warnings()).isEmpty();
    }

    @Test
    void aStorageThatIsAwayAtStartIsLookedAtLater() throws IOException {
        write("suno/1/task.json");
        try (EmbeddedStorage bucket = new EmbeddedStorage(app.directory().resolve("bucket"), 0);
                FaultyStorage wire = new FaultyStorage(bucket.endpoint())) {
            wire.rule(r -> Fault.status(503, "", ""));
            app.storage(wire.endpoint().toString(), bucket).start();
            assertThat(warnings()).isEmpty();
            wire.rule(r -> Fault.NONE);

            app.await("told", () -> !warnings().isEmpty());
        }
    }

    private List<String> warnings() {
        return app.log.lines().stream().filter(line -> line.contains(WARNING)).toList();
    }

    private void write(String key) throws IOException {
        Path file = app.directory().resolve("bucket/media").resolve(key);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{}");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    }
}
