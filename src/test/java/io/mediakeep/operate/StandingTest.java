package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StandingTest {
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void asksTheStorageNotMoreOftenThanEveryFiveSeconds() {
        AtomicInteger looks = new AtomicInteger();
        try (Standing standing =
                new Standing(() -> looks.incrementAndGet() > 1 ? "away" : null, () -> null, nanos::get)) {
            assertThat(standing.storageProblem()).isNull();
            assertThat(standing.storageProblem()).isNull();
            nanos.addAndGet(5_000_000_000L);
            assertThat(standing.storageProblem()).isEqualTo("away");
            assertThat(looks).hasValue(2);
        }
    }

    @Test
    void doesNotWaitForAStorageThatIsSilentAndAsksItOnce() {
        AtomicInteger looks = new AtomicInteger();
        CountDownLatch silence = new CountDownLatch(1);
        try (Standing standing = new Standing(
                () -> {
                    looks.incrementAndGet();
                    try {
                        silence.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return null;
                },
                () -> null,
                nanos::get)) {
            assertThat(standing.storageProblem()).isEqualTo("the storage is silent");
            nanos.addAndGet(60_000_000_000L);
            assertThat(standing.storageProblem()).isEqualTo("the storage is silent");
            assertThat(looks).hasValue(1);
            silence.countDown();
        }
    }

    @Test
    void saysWhatIsShort() {
        try (Standing standing = new Standing(() -> null, () -> "the disk is full", nanos::get)) {
            assertThat(standing.ledgerProblem()).isEqualTo("the disk is full");
        }
    }
}
