package io.mediakeep.fault;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits until the ledger has no open work. Where all stand still, because they wait for a later time, the clocks are moved on. */
final class Settle {
    static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("it.patience", 90));
    private static final Duration STILL = Duration.ofMillis(1_500);
    private static final Duration LONGEST_STEP = Duration.ofMinutes(2);

    private final World world;
    private final Load load;
    private String last = "";
    private long since = System.nanoTime();
    private Duration step = Duration.ofSeconds(15);

    private Settle(World world, Load load) {
        this.world = world;
        this.load = load;
    }

    /** Waits for the condition, or that nothing is open any more. */
    static void until(String what, World world, Load load, BooleanSupplier condition) {
        Settle settle = new Settle(world, load);
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> condition.getAsBoolean() || settle.isQuiet());
    }

    /** Waits until all that was promised has ended, and nothing is open any more. */
    static void await(World world, Load load) {
        Settle settle = new Settle(world, load);
        try {
            Awaitility.await("quiet")
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(200))
                    .until(settle::isQuiet);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "not quiet; open callbacks, tasks, reads, due, copying, uploads, manifests, outbox: "
                            + settle.last + "; media: "
                            + world.ledger()
                                    .rows("SELECT task_id, state, attempts, reason, detail, due_at, lease_until, node"
                                            + " FROM media WHERE state IN ('due', 'copying') LIMIT 20"));
        }
    }

    /** Whether all that was promised so far has ended. */
    static boolean isQuiet(World world, Load load) {
        LedgerView ledger = world.ledger();
        return LedgerView.isQuiet(ledger.open()) && load.promised().stream().allMatch(o -> isKnown(ledger, o));
    }

    private boolean isQuiet() {
        if (isQuiet(world, load)) {
            return true;
        }
        String progress = world.ledger().progress();
        if (!progress.equals(last)) {
            last = progress;
            since = System.nanoTime();
        } else if (System.nanoTime() - since > STILL.toNanos()) {
            world.advance(step);
            since = System.nanoTime();
            step = step.multipliedBy(2).compareTo(LONGEST_STEP) < 0 ? step.multipliedBy(2) : LONGEST_STEP;
        }
        return false;
    }

    private static boolean isKnown(LedgerView ledger, Load.Output output) {
        return ledger.count(
                        "SELECT count(*) FROM media WHERE provider = ? AND task_id = ?",
                        output.provider(),
                        output.taskId())
                > 0;
    }
}
