package io.mediakeep.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One process on a SQLite file: it is killed and started again on the same file, and its disk gets full. */
@Timeout(1_200)
@ExtendWith(Told.class)
class SqliteFaultIT {
    private static final int KILLS = 2;
    private static final int MOST_EFFECTS = 25;

    @TempDir
    static Path directory;

    private static World world;
    private static Node node;
    private static Path disk;
    private static boolean mounted;

    @BeforeAll
    static void start() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk.toString());
        world = new World(directory);
        node = world.sqliteNode(disk.resolve("ledger.db"));
        node.process.set("mediakeep.ledger.min-free", "1 MiB");
        node.start();
    }

    @AfterAll
    static void stop() throws Exception {
        world.close();
        if (mounted) {
            run("umount", disk.toString());
        }
    }

    @AfterEach
    void heal() throws Exception {
        node.healWires();
        Files.deleteIfExists(disk.resolve("filler"));
        if (!node.process.isAlive()) {
            node.process.start();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.mediakeep.fault.Seeds#fixed")
    void theProcessMayBeKilledUnderLoad(long seed) throws Exception {
        Random random = Seeds.of("sqlite", seed);
        Load load = new Load(world, "sqlite-" + seed, random);
        try (Senders senders = new Senders(world, load)) {
            for (int kill = 0; kill < KILLS; kill++) {
                int known = load.callbacks().size();
                load.mixed(8, 1);
                Trigger trigger = new Trigger(node, 1 + random.nextInt(MOST_EFFECTS), random.nextBoolean()).arm();
                senders.send(List.copyOf(
                        load.callbacks().subList(known, load.callbacks().size())));
                Awaitility.await("killed").atMost(Settle.PATIENCE).until(trigger::hasFired);
                Seeds.say("sqlite", trigger.toString());
                node.healWires();
                node.process.start();
            }
            senders.awaitAcknowledged();
        }
        Settle.await(world, load);
        Oracle.check(world, load);
    }

    @Tag("long")
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.mediakeep.fault.Seeds#fixed")
    void theDiskOfTheLedgerMayGetFullAndBeFreed(long seed) throws Exception {
        assumeTrue(mounted, "a disk of its own for the ledger cannot be mounted without more rights");
        Random random = Seeds.of("full", seed);
        Load load = new Load(world, "full-" + seed, random).mixed(6, 1).padded(50_000);
        for (int i = 0; i < 60; i++) {
            load.kling(20_000, List.of(), false, true);
        }
        int refused = 0;
        try (Senders senders = new Senders(world, load)) {
            senders.send(load.callbacks().subList(0, 3));
            fill(disk.resolve("filler"));
            // The write-ahead log has room for some of them still.
            for (int i = 3; i < load.callbacks().size() && refused < 3; i++) {
                int status = senders.deliver(node, load.callbacks().get(i));
                assertThat(status).isIn(200, 503);
                refused += status == 503 ? 1 : 0;
            }
            Seeds.say("full", load.acknowledged().size() + " acknowledged before the disk was full");
            assertThat(refused).isEqualTo(3);
            assertThat(node.process.isAlive()).isTrue();

            Files.delete(disk.resolve("filler"));
            senders.send(List.copyOf(load.callbacks())).awaitAcknowledged();
        }
        Settle.await(world, load);
        Oracle.check(world, load);
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[4_096];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e.getMessage()).contains("No space left");
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
