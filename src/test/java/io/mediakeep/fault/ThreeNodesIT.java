package io.mediakeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three processes on one PostgreSQL and one bucket, with no other coordination, set up as docs/examples/several-nodes.md says. */
@Timeout(600)
class ThreeNodesIT {
    private static final int SLOTS = 2;
    private static final int COPIES = 3 * SLOTS;
    private static final Duration LEASE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    @Tag("long")
    @Test
    void theOthersFinishWithinTheLeaseWhatAKilledNodeBegan() throws Exception {
        try (World world = new World(directory)) {
            for (String name : List.of("a", "b", "c")) {
                Node node = world.node(name);
                node.process.set("mediakeep.copy.concurrency", Integer.toString(SLOTS));
                node.process.set("mediakeep.copy.per-host", Integer.toString(SLOTS));
                node.process.begin();
            }
            world.nodes().forEach(node -> node.process.awaitReady());

            Load load = new Load(world, "three", new Random(3));
            List<Load.Output> large = new ArrayList<>();
            for (int i = 0; i < COPIES; i++) {
                large.add(load.kling(12 << 20, List.of(), i % 2 == 0, i % 2 == 1));
                world.origin.hold(large.get(i).taskId());
            }
            load.mixed(12, 0);
            try (Senders senders = new Senders(world, load).send(load.callbacks())) {
                senders.awaitAcknowledged();
            }
            await(
                    "all slots of all nodes are taken",
                    () -> world.ledger()
                            .rows(
                                    "SELECT node, count(*) FROM media WHERE state = 'copying' GROUP BY node ORDER BY node")
                            .equals(List.of("a " + SLOTS, "b " + SLOTS, "c " + SLOTS)));
            await(
                    "nothing but copies is left",
                    () -> world.ledger().open().matches("0 0 0 \\d+ " + COPIES + " \\d+ \\d+ 0"));
            Node killed = world.nodes().get(new Random().nextInt(3));
            killed.process.kill();
            large.forEach(output -> world.origin.letGo(output.taskId()));
            await(
                    "the others finish their own",
                    () -> world.ledger()
                            .rows("SELECT state, node FROM media WHERE state <> 'stored'")
                            .equals(Collections.nCopies(SLOTS, "copying " + killed.name)));

            world.advance(LEASE);

            await(
                    "its copies are finished by the others",
                    () -> world.ledger().count("SELECT count(*) FROM media WHERE state <> 'stored'") == 0);
            assertThat(world.ledger().count("SELECT count(*) FROM media WHERE fence > 1 AND node <> ?", killed.name))
                    .isGreaterThanOrEqualTo(SLOTS);
            Settle.await(world, load);
            Oracle.check(world, load);
        }
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Settle.PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(condition);
    }
}
