package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for the day on which the ledger is lost, as an operator uses them. */
class LostLedgerIT {
    private static final String PRODUCT = "videos/text2video";

    @TempDir
    private Path directory;

    private final OffsetClock clock = new OffsetClock();
    private final FakeKling kling = new FakeKling(clock, "kling-api-key-secret", null, null);
    private final FakeOrigin origin = new FakeOrigin();
    private MediakeepProcess app;

    @BeforeEach
    void prepare() throws IOException {
        app = new MediakeepProcess(directory, "200m")
                .set("mediakeep.kling.enabled", "true")
                .set("mediakeep.kling.api-url", kling.url())
                .set("mediakeep.kling.api-key", "kling-api-key-secret")
                .set("mediakeep.kling.lists", PRODUCT)
                .set("mediakeep.kling.media-hosts", "*")
                .set("mediakeep.kling.poll-interval", "300ms");
    }

    @AfterEach
    void stop() {
        app.close();
        kling.close();
        origin.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"sha256", "crc32c"})
    void aRebuiltLedgerCopiesOnlyWhatIsNotInTheBucket(String checksum) throws Exception {
        app.set("mediakeep.copy.checksum", checksum);
        for (String task : List.of("kept", "lost", "changed")) {
            finished(task, FakeOrigin.Fault.NONE);
        }
        finished("later", FakeOrigin.Fault.ERROR_500);
        app.start();
        await("three are stored", () -> media("stored").size() == 3);
        await(
                "all manifests",
                () -> Files.exists(manifest("kept"))
                        && Files.exists(manifest("lost"))
                        && Files.exists(manifest("changed"))
                        && Files.exists(manifest("later")));
        await("they say so", () -> manifestsSayStored() == 3);

        assertThat(app.command("rebuild"))
                .contains("mediakeep.ledger.url must be a SQLite file that no other process uses")
                .endsWith("exit 2");
        app.terminate(Duration.ofSeconds(30));
        remove("ledger.db", "ledger.db-wal", "ledger.db-shm");
        Files.delete(object("lost"));
        Files.write(object("changed"), Media.mp4(99, 5_000));
        Files.writeString(
                Files.createDirectories(app.bucket().resolve("kling/stray")).resolve("task.json"), "{\"schema\":1}");

        assertThat(app.command("rebuild"))
                .contains("tasks 4 brought back, 0 known | media 1 stored, 1 missing, 1 different, 1 not stored yet"
                        + " | manifests that cannot be read 1")
                .endsWith("exit 0");
        assertThat(app.command("rebuild"))
                .contains("tasks 0 brought back, 4 known")
                .endsWith("exit 0");

        finished("later", FakeOrigin.Fault.NONE);
        app.start();
        assertThat(media("stored").path(0).path(checksum).asText()).hasSizeGreaterThanOrEqualTo(8);
        await("the lost one and the late one", () -> media("stored").size() == 3);
        await("the changed one is left alone", () -> media("dead").size() == 1);
        assertThat(media("dead").path(0).path("taskId").asText()).isEqualTo("changed");
        assertThat(media("dead").path(0).path("reason").asText()).isEqualTo("object_conflict");
        assertThat(origin.gets("kept")).as("downloads of what was there").hasSize(1);
        assertThat(origin.gets("lost")).hasSize(2);
        assertThat(object("lost")).hasBinaryContent(Media.mp4(2));
        assertThat(object("changed")).hasBinaryContent(Media.mp4(99, 5_000));
        try (Stream<Path> files = Files.list(object("kept").getParent())) {
            assertThat(files.map(f -> f.getFileName().toString())).hasSize(2);
        }
    }

    @Test
    void aBackupOfARunningLedgerIsRestored() throws Exception {
        finished("before", FakeOrigin.Fault.NONE);
        app.start();
        await("stored", () -> media("stored").size() == 1);
        assertThat(app.command("backup", "ledger-backup.db"))
                .contains("checked; rows: ")
                .endsWith("exit 0");
        assertThat(app.command("backup", "ledger-backup.db"))
                .contains("mediakeep: the backup must be a new file")
                .endsWith("exit 2");
        finished("after", FakeOrigin.Fault.NONE);
        await("stored", () -> media("stored").size() == 2);

        app.kill();
        remove("ledger.db-wal", "ledger.db-shm");
        Files.copy(
                directory.resolve("ledger-backup.db"),
                directory.resolve("data/ledger.db"),
                StandardCopyOption.REPLACE_EXISTING);
        app.start();

        await("the poll finds what came after", () -> media("stored").size() == 2);
        assertThat(origin.gets("before")).hasSize(1);
        assertThat(app.get("/api/dead-letters").path("items")).isEmpty();
    }

    private void finished(String task, FakeOrigin.Fault fault) {
        String url = origin.put(task, Media.mp4(task.equals("lost") ? 2 : task.length()), fault, -1);
        kling.put(PRODUCT, KlingTasks.legacy(task, "succeed", KlingTasks.videos("v", url)));
    }

    private JsonNode media(String state) {
        return app.get("/api/media?state=" + state).path("items");
    }

    private Path manifest(String task) {
        return app.bucket().resolve("kling").resolve(task).resolve("task.json");
    }

    private Path object(String task) throws IOException {
        try (Stream<Path> files = Files.list(manifest(task).getParent())) {
            return files.filter(f -> f.toString().endsWith(".mp4")) // beside it may stand what is just being written
                    .findFirst()
                    .orElse(app.bucket().resolve("kling").resolve(task).resolve("v.mp4"));
        }
    }

    private long manifestsSayStored() throws IOException {
        long stored = 0;
        for (String task : List.of("kept", "lost", "changed", "later")) {
            stored += FakeServer.parse(Files.readString(manifest(task)))
                            .at("/media/0/state")
                            .asText()
                            .equals("stored")
                    ? 1
                    : 0;
        }
        return stored;
    }

    private void remove(String... names) throws IOException {
        for (String name : names) {
            Files.deleteIfExists(directory.resolve("data").resolve(name));
        }
    }

    private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(120)).until(condition);
    }
}
