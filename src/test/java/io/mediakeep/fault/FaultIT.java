package io.mediakeep.fault;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two processes on one PostgreSQL, and what can break around them; after each case the {@link Oracle} is asked. */
@Timeout(600)
class FaultIT {
    private static final int SAMPLE = 2;
    /** More effects than a small load has. */
    private static final int MOST_EFFECTS = 160;

    @TempDir
    static Path directory;

    private static World world;
    private static Node first;
    private static Node second;

    @BeforeAll
    static void start() throws Exception {
        world = new World(directory);
        first = world.node("first");
        second = world.node("second");
        first.process.begin();
        second.process.begin();
        first.process.awaitReady();
        second.process.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        world.close();
    }

    @AfterEach
    void heal() throws Exception {
        for (Node node : world.nodes()) {
            node.healWires();
            if (!node.process.isAlive()) {
                node.process.start();
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.mediakeep.fault.Seeds#fixed")
    void aNodeMayBeKilledAtAnyEffect(long seed) throws Exception {
        Random random = Seeds.of("kill", seed);
        for (int run = 0; ; run++) {
            int n = Seeds.isLongRun() ? run + 1 : 1 + random.nextInt(MOST_EFFECTS);
            Node node = random.nextBoolean() ? first : second;
            Load load = new Load(world, "kill-" + seed + "-" + run, random).mixed(4, 0);
            Trigger trigger = new Trigger(node, n, random.nextBoolean()).arm();
            try (Senders senders = new Senders(world, load, List.of(first, second)).send(load.callbacks())) {
                Awaitility.await("killed, or nothing left to do")
                        .atMost(Settle.PATIENCE)
                        .until(() -> trigger.hasFired()
                                || load.acknowledged().size()
                                                == load.callbacks().size()
                                        && LedgerView.isQuiet(world.ledger().open()));
                boolean killed = trigger.hasFired();
                Seeds.say("kill", killed ? trigger.toString() : "none, " + trigger.count() + " effects");
                node.healWires();
                if (killed) {
                    node.process.start();
                }
                senders.awaitAcknowledged();
                Settle.await(world, load);
                Oracle.check(world, load);
                if (Seeds.isLongRun() ? !killed : run + 1 == SAMPLE) {
                    return;
                }
            }
        }
    }
}
