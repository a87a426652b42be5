package io.mediakeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two processes on one PostgreSQL, and what can break around them; after each case the {@link Oracle} is asked. */
@Timeout(1_200)
@ExtendWith(Told.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultIT {
    private static final int SAMPLE = 2;
    /** More effects than a small load has. */
    private static final int MOST_EFFECTS = 160;

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration POLL_LEASE = Duration.ofMinutes(2);

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

    @Case
    void aNodeMayBeKilledAtAnyEffect(long seed) throws Exception {
        Random random = Seeds.of("kill", seed);
        for (int run = 0; ; run++) {
            int n = Seeds.isLongRun() ? run + 1 : 1 + random.nextInt(MOST_EFFECTS);
            Node node = random.nextBoolean() ? first : second;
            Load load = new Load(world, "kill-" + seed + "-" + run, random).mixed(4, 0);
            Trigger trigger = new Trigger(node, n, random.nextBoolean()).arm();
            try (Senders senders = new Senders(world, load).send(load.callbacks())) {
                await(
                        "killed, or nothing left to do",
                        () -> trigger.hasFired()
                                || load.acknowledged().size()
                                                == load.callbacks().size()
                                        && Settle.isQuiet(world, load));
                boolean killed = trigger.hasFired();
                Seeds.say("kill", killed ? trigger.toString() : "none, " + trigger.count() + " effects");
                node.healWires();
                if (killed) {
                    node.process.start();
                }
                senders.awaitAcknowledged();
                settle(load);
                if (Seeds.isLongRun() ? !killed : run + 1 == SAMPLE) {
                    return;
                }
            }
        }
    }

    @Case
    void aCallbackWhoseAnswerWasLostIsKnown(long seed) throws Exception {
        Random random = Seeds.of("answer", seed);
        Load load = new Load(world, "answer-" + seed, random);
        load.kling(20_000, List.of(), false, true);
        Load.Callback callback = load.callbacks().get(0);
        first.door.rule(new Trigger(first, 1, true));
        try (Senders provider = new Senders(world, load)) {
            assertThat(provider.deliver(first, callback)).as("no answer").isZero();
            assertThat(first.process.isAlive()).isFalse();
            assertThat(recorded(callback)).isEqualTo(1);

            assertThat(provider.deliver(second, callback)).isEqualTo(200);
            assertThat(recorded(callback)).isEqualTo(1);
        }
        first.process.start();
        settle(load);
    }

    @Case
    void aNodeThatIsToldToStopGivesItsCopiesBack(long seed) throws Exception {
        Random random = Seeds.of("stop", seed);
        Load load = new Load(world, "stop-" + seed, random);
        List<Load.Output> outputs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            outputs.add(load.kling(12 << 20, List.of(), false, true));
            world.origin.hold(outputs.get(i).taskId());
        }
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            senders.awaitAcknowledged();
        }
        await(
                "all are being copied",
                () -> world.ledger().count("SELECT count(*) FROM media WHERE state = 'copying'") == 3);
        Node node = named(world.ledger()
                .rows("SELECT min(node) FROM media WHERE state = 'copying'")
                .get(0));

        node.process.terminate(Duration.ofSeconds(30));

        assertThat(world.ledger().count("SELECT count(*) FROM media WHERE state = 'copying' AND node = ?", node.name))
                .isZero();
        outputs.forEach(output -> world.origin.letGo(output.taskId()));
        // Without a move of the clock: nobody has to wait for the end of a lease.
        await(
                "the other node goes on",
                () -> world.ledger()
                                .count("SELECT count(*) FROM media WHERE state <> 'stored'" + " AND task_id LIKE 'stop-"
                                        + seed + "%'")
                        == 0);
        node.process.start();
        settle(load);
    }

    @Case
    void aCopyOfANodeThatWasSilentForTwoLeasesDoesNotCount(long seed) throws Exception {
        lateCopy("late", seed);
    }

    @Case
    void aPollLeaderThatWasSilentDoesNotMoveTheCursorBack(long seed) throws Exception {
        Random random = Seeds.of("leader", seed);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        AtomicBoolean once = new AtomicBoolean();
        world.kling.beforeAnswer(call -> {
            if (call.path().endsWith(Node.PRODUCT) && once.compareAndSet(false, true)) {
                reached.countDown();
                awaitLatch(letGo);
            }
        });
        awaitLatch(reached);
        Node leader = named(world.ledger()
                .rows("SELECT node FROM poll WHERE provider = 'kling'")
                .get(0));
        leader.process.signal("STOP");
        Load load = new Load(world, "leader-" + seed, random);
        Load.Output output = load.kling(20_000, List.of(), true, false);
        world.advance(POLL_LEASE.multipliedBy(2));
        await(
                "the other node polls and copies",
                () -> world.ledger()
                                .count(
                                        "SELECT count(*) FROM media WHERE task_id = ? AND state = 'stored'",
                                        output.taskId())
                        == 1);
        long covered = covered();
        AtomicBoolean late = new AtomicBoolean();
        leader.ledger.rule(statement -> {
            late.compareAndSet(false, statement.contains("UPDATE poll"));
            return Rule.Act.PASS;
        });

        leader.process.signal("CONT");
        letGo.countDown();

        await("the late answer was worked on", late::get);
        settle(load);
        assertThat(covered()).isGreaterThanOrEqualTo(covered);
        world.kling.beforeAnswer(call -> {});
    }

    @Case
    void connectionsBreakDuringCommitAndTheDatabaseRestarts(long seed) throws Exception {
        Random random = Seeds.of("commit", seed);
        Load load = new Load(world, "commit-" + seed, random).mixed(8, 0);
        Noise noise = Noise.commits(random);
        world.nodes().forEach(node -> node.ledger.rule(noise));
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            await("commits break", () -> noise.broken() >= 12);
            world.postgres().restart();
            int before = noise.broken();
            await("commits break again", () -> noise.broken() >= before + 4);
            world.nodes().forEach(Node::healWires);
            senders.awaitAcknowledged();
        }
        Seeds.say("commit", noise.broken() + " commits broken");
        settle(load);
    }

    @Tag("long")
    @Case
    void theStorageIsSlowAndBusyAndItsAnswersGetLost(long seed) throws Exception {
        Random random = Seeds.of("storage", seed);
        Load load = new Load(world, "storage-" + seed, random).mixed(10, 0);
        Noise noise = Noise.storage(random);
        world.nodes().forEach(node -> node.storage.rule(noise));
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            senders.awaitAcknowledged();
            Settle.until("requests break, or all is stored", world, load, () -> noise.broken() >= 40);
        }
        Seeds.say("storage", noise.broken() + " requests broken");
        settle(load);
    }

    @Case
    void theFirstAnswerToEachKindOfWriteIsLost(long seed) throws Exception {
        Random random = Seeds.of("lost", seed);
        Load load = new Load(world, "lost-" + seed, random);
        load.kling(20_000, List.of(), false, true);
        load.kling(12 << 20, List.of(), false, true);
        Set<String> lost = ConcurrentHashMap.newKeySet();
        Rule rule = request -> request.matches("(PUT|POST) .*\\.mp4.*")
                        && lost.add(request.replaceAll("\\?.*(uploads|partNumber=\\d+).*", " $1")
                                .replaceAll("\\?uploadId=.*", " completion"))
                ? Rule.Act.LOSE
                : Rule.Act.PASS;
        world.nodes().forEach(node -> node.storage.rule(rule));
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            senders.awaitAcknowledged();
        }
        Settle.await(world, load);
        Seeds.say("lost", "answers to " + lost);
        assertThat(lost).anyMatch(r -> r.endsWith("partNumber=2")).anyMatch(r -> r.endsWith(" completion"));
        settle(load);
    }

    @Case
    void everyCallbackComesFiveTimesShuffledAndLate(long seed) throws Exception {
        Random random = Seeds.of("repeat", seed);
        Load load = new Load(world, "repeat-" + seed, random).mixed(6, 1);
        List<Load.Callback> five = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            five.addAll(load.callbacks());
        }
        Collections.shuffle(five, random);
        try (Senders senders = new Senders(world, load).send(five)) {
            senders.awaitAcknowledged();
            Settle.await(world, load);
            world.advance(Duration.ofHours(6));
            senders.send(load.callbacks()).awaitAcknowledged();
        }
        settle(load);
    }

    @Tag("long")
    @Case
    void callbacksAndListsMakeUpForEachOther(long seed) throws Exception {
        Random random = Seeds.of("streams", seed);
        Load called = new Load(world, "called-" + seed, random);
        called.kling(20_000, List.of(), true, true);
        try (AutoCloseable down = world.kling.fault("/v1/" + Node.PRODUCT, 500, "text/plain", "oops");
                Senders senders = new Senders(world, called).send(called.callbacks())) {
            senders.awaitAcknowledged();
            settle(called);
        }
        Load listed = new Load(world, "listed-" + seed, random);
        for (int i = 0; i < 3; i++) {
            listed.kling(20_000, List.of(), true, true);
        }
        // Nobody sends its callbacks.
        settle(listed);
    }

    @Tag("long")
    @Case
    void theOriginDoesWhatOriginsDo(long seed) throws Exception {
        Random random = Seeds.of("origin", seed);
        Load load = new Load(world, "origin-" + seed, random).mixed(8, 3).forbidden();
        for (FaultyOrigin.Fault fault : FaultyOrigin.TROUBLE) {
            load.kling(30_000, List.of(fault), false, true);
        }
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            senders.awaitAcknowledged();
        }
        settle(load);
    }

    @Tag("long")
    @Case
    void clocksJump(long seed) throws Exception {
        Random random = Seeds.of("clock", seed);
        for (int hours : List.of(1, -1)) {
            Node node = random.nextBoolean() ? first : second;
            Duration jump = Duration.ofHours(hours);
            node.clock.advance(jump);
            Load load = new Load(world, "clock-" + seed + "-" + hours, random).mixed(4, 0);
            try (Senders senders = new Senders(world, load).send(load.callbacks())) {
                senders.awaitAcknowledged();
            }
            settle(load);
            node.clock.advance(jump.negated());
        }
    }

    /** What one step of a storm breaks. */
    private enum Break {
        KILL,
        PAUSE,
        STORAGE,
        COMMITS,
        LEDGER_GONE,
        CLOCKS,
        REPEATS
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.mediakeep.fault.Seeds#random")
    void anythingBreaksInAnyOrder(long seed) throws Exception {
        Random random = Seeds.of("storm", seed);
        Load load = new Load(world, "storm-" + seed, random).forbidden();
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            for (int step = 0; step < (Seeds.isLongRun() ? 12 : 4); step++) {
                int known = load.callbacks().size();
                load.mixed(4, 2);
                senders.send(List.copyOf(
                        load.callbacks().subList(known, load.callbacks().size())));
                Node node = world.nodes().get(random.nextInt(2));
                Break kind = Break.values()[random.nextInt(Break.values().length)];
                Seeds.say("storm", kind + " " + node.name);
                breakOnce(kind, node, senders, load, random);
            }
            world.nodes().forEach(Node::healWires);
            senders.awaitAcknowledged();
        }
        settle(load);
    }

    private static void breakOnce(Break kind, Node node, Senders senders, Load load, Random random) throws Exception {
        switch (kind) {
            case KILL -> {
                Trigger trigger = new Trigger(node, 1 + random.nextInt(MOST_EFFECTS), random.nextBoolean()).arm();
                Settle.until("killed, or nothing left to do", world, load, trigger::hasFired);
                node.healWires();
                if (!node.process.isAlive()) {
                    node.process.start();
                }
            }
            case PAUSE -> {
                node.process.signal("STOP");
                String before = world.ledger().progress();
                world.advance(POLL_LEASE);
                await("the other one works", () -> !world.ledger().progress().equals(before));
                node.process.signal("CONT");
            }
            case STORAGE, COMMITS -> {
                Noise noise = kind == Break.STORAGE ? Noise.storage(random) : Noise.commits(random);
                for (Node each : world.nodes()) {
                    if (kind == Break.STORAGE) {
                        each.storage.rule(noise);
                    } else {
                        each.ledger.rule(noise);
                    }
                }
                Settle.until("some break", world, load, () -> noise.broken() >= 8);
                world.nodes().forEach(Node::healWires);
            }
            case LEDGER_GONE -> {
                int before = senders.refused();
                node.ledger.refuse(true);
                senders.send(load.callbacks());
                await("callbacks are refused", () -> senders.refused() > before);
                node.ledger.refuse(false);
            }
            case CLOCKS -> world.advance(Duration.ofHours(1));
            default -> {
                List<Load.Callback> again = new ArrayList<>(load.callbacks());
                Collections.shuffle(again, random);
                senders.send(again);
            }
        }
    }

    @Tag("long")
    @Case
    @Order(Integer.MAX_VALUE)
    void theStorageIgnoresConditions(long seed) throws Exception {
        // What a node finds out by its first write, and from then on goes by.
        Rule ignores = request -> {
            if (request.startsWith("PUT /" + World.BUCKET + "/.mediakeep/probe")) {
                world.delete(request.substring(request.indexOf(".mediakeep")));
            }
            return Rule.Act.PASS;
        };
        for (Node node : world.nodes()) {
            node.process.kill();
            node.storage.rule(ignores);
            node.process.begin();
        }
        world.nodes().forEach(node -> node.process.awaitReady());
        Load first = new Load(world, "probe-" + seed, Seeds.of("probe", seed)).mixed(8, 0);
        try (Senders senders = new Senders(world, first).send(first.callbacks())) {
            senders.awaitAcknowledged();
        }
        Settle.await(world, first);
        lateCopy("unconditional", seed);
    }

    /** A copy that is held just before its object is stored, while its node is silent and another one stores it. */
    private static void lateCopy(String name, long seed) throws Exception {
        Random random = Seeds.of(name, seed);
        Load load = new Load(world, name + "-" + seed, random);
        Load.Output output = load.kling(20_000, List.of(), false, true);
        Map<Node, Held> held = new HashMap<>();
        for (Node node : world.nodes()) {
            held.put(node, new Held("PUT /" + World.BUCKET + "/" + output.objectKey()));
            node.storage.rule(held.get(node));
        }
        try (Senders senders = new Senders(world, load).send(load.callbacks())) {
            senders.awaitAcknowledged();
        }
        await("a node is about to store it", () -> held.values().stream().anyMatch(Held::isReached));
        Node silent = held.get(first).isReached() ? first : second;
        Node other = silent == first ? second : first;
        silent.process.signal("STOP");
        held.get(other).letGo();
        world.advance(LEASE.multipliedBy(2));
        String media = "SELECT state, fence, node, stored_at FROM media WHERE task_id = ?";
        await(
                "the other node stores it",
                () -> world.ledger().rows(media, output.taskId()).get(0).startsWith("stored 2 " + other.name));
        String stored = world.ledger().rows(media, output.taskId()).get(0);
        int refused = silent.logged("Copy of kling/" + output.taskId());

        silent.process.signal("CONT");
        held.get(silent).letGo();

        await("the late copy is refused", () -> silent.logged("ends here") > refused);
        assertThat(world.ledger().rows(media, output.taskId())).containsExactly(stored);
        settle(load);
    }

    private static void settle(Load load) {
        world.nodes().forEach(Node::healWires);
        Settle.await(world, load);
        Oracle.check(world, load);
    }

    private static long recorded(Load.Callback callback) {
        return world.ledger().count("SELECT count(*) FROM callback WHERE callback_key = ?", callback.id());
    }

    private static long covered() {
        return world.ledger().count("SELECT covered_until FROM poll WHERE provider = 'kling'");
    }

    private static Node named(String name) {
        return world.nodes().stream()
                .filter(node -> node.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Settle.PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await(Settle.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.mediakeep.fault.Seeds#fixed")
    private @interface Case {}
}
