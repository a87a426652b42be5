package io.mediakeep.fault;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Kills a node at its n-th effect: a ledger statement, a call of the storage, the answer to a callback. Either before
 * anybody else has seen it, or after it was done and before the node knows.
 */
final class Trigger implements Rule {
    private final int n;
    private final boolean after;
    private final Node node;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicReference<String> fired = new AtomicReference<>();

    /** @param n from 1; 0 never fires and counts only */
    Trigger(Node node, int n, boolean after) {
        this.node = node;
        this.n = n;
        this.after = after;
    }

    /** From now on the effects of the node count. */
    Trigger arm() {
        node.storage.rule(this);
        node.door.rule(this);
        if (node.ledger != null) {
            node.ledger.rule(this);
        }
        return this;
    }

    @Override
    public Act on(String request) {
        if (count.incrementAndGet() != n) {
            return Act.PASS;
        }
        if (after) {
            fired.set("after " + brief(request));
            return Act.LOSE;
        }
        fired.set("before " + brief(request));
        node.process.kill();
        return Act.CUT;
    }

    @Override
    public void lost(String request) {
        node.process.kill();
    }

    boolean hasFired() {
        return fired.get() != null && !node.process.isAlive();
    }

    /** Effects so far. */
    int count() {
        return count.get();
    }

    private static String brief(String request) {
        String line =
                request.replaceAll("--[^\n]*\n", "").replaceAll("\\s+", " ").strip();
        return line.length() > 90 ? line.substring(0, 90) : line;
    }

    @Override
    public String toString() {
        return "effect " + n + ": " + fired.get();
    }
}
