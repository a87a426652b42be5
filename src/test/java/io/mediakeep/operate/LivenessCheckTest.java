package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What only a restart mends. */
class LivenessCheckTest {
    @Test
    void fallsWhenAWriterHasDied() {
        assertThat(check(new LivenessCheck(() -> true)).getState()).isEqualTo(HealthCheck.State.UP);
        HealthCheck.Result dead = check(new LivenessCheck(() -> false));
        assertThat(dead.getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(dead.getMessage()).contains("a thread that writes the ledger has died: restart this process");
    }

    @Test
    void fallsWhenThreadsWaitForEachOtherForEver() throws Exception {
        ReentrantLock one = new ReentrantLock();
        ReentrantLock other = new ReentrantLock();
        CountDownLatch bothHold = new CountDownLatch(2);
        Thread left = new Thread(() -> lockBoth(one, other, bothHold), "left");
        Thread right = new Thread(() -> lockBoth(other, one, bothHold), "right");
        LivenessCheck liveness = new LivenessCheck(() -> true);
        left.start();
        right.start();
        try {
            HealthCheck.Result found = Awaitility.await()
                    .until(() -> check(liveness), result -> result.getState() == HealthCheck.State.DOWN);
            assertThat(found.getMessage().orElseThrow()).contains("left").contains("right");
        } finally {
            left.interrupt();
            right.interrupt();
            left.join();
            right.join();
        }
        assertThat(check(liveness).getState()).isEqualTo(HealthCheck.State.UP);
    }

    @Test
    void fallsWhenCamelHasStoppedAndTheProcessGoesOn() throws Exception {
        LivenessCheck liveness = new LivenessCheck(() -> true);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            liveness.setCamelContext(context);
            context.start();
            assertThat(check(liveness).getState()).isEqualTo(HealthCheck.State.UP);
            context.stop();
            assertThat(check(liveness).getMessage().orElseThrow()).startsWith("Camel is Stopped");
        }
    }

    @Test
    void isNoMatterOfReadiness() {
        assertThat(new LivenessCheck(() -> true).isReadiness()).isFalse();
        assertThat(new LivenessCheck(() -> true).isLiveness()).isTrue();
        assertThat(new ReadinessCheck("ledger", () -> "it is away").isLiveness())
                .isFalse();
    }

    private static HealthCheck.Result check(LivenessCheck liveness) {
        return liveness.call();
    }

    private static void lockBoth(ReentrantLock first, ReentrantLock second, CountDownLatch bothHold) {
        try {
            first.lockInterruptibly();
            try {
                bothHold.countDown();
                bothHold.await();
                second.lockInterruptibly();
                second.unlock();
            } finally {
                first.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
