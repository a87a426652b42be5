package io.mediakeep.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.RetryableFailure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StorageBreakerTest {
    private static final RetryableFailure DOWN = new RetryableFailure("storage", "no answer");

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private boolean up = true;
    private int looks;

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };
    private final StorageBreaker breaker = new StorageBreaker(
            () -> {
                looks++;
                if (!up) {
                    throw DOWN;
                }
            },
            clock);

    @Test
    void grantsAllWithoutAskingWhileNothingFailed() {
        assertThat(breaker.grant(8)).isEqualTo(8);
        assertThat(looks).isZero();
    }

    @Test
    void looksAtTheBucketAfterOneFailureAndGoesOnIfItAnswers() {
        breaker.failed(DOWN);

        assertThat(breaker.grant(8)).isEqualTo(8);
        assertThat(breaker.grant(8)).isEqualTo(8);
        assertThat(looks).isEqualTo(1);
    }

    @Test
    void grantsNothingAfterTheFirstFailureWhileTheStorageIsAway() {
        up = false;
        breaker.failed(DOWN);

        assertThat(breaker.grant(8)).isZero();
        assertThat(breaker.isOpen()).isTrue();
        assertThatThrownBy(breaker::check).isInstanceOf(RetryableFailure.class);
    }

    @Test
    void looksLessAndLessOftenButEveryHalfMinute() {
        up = false;
        breaker.failed(DOWN);
        for (int second = 0; second < 1_800; second++) {
            assertThat(breaker.grant(8)).isZero();
            now = now.plusSeconds(1);
        }
        assertThat(looks).isBetween(58, 70);

        up = true;
        now = now.plusSeconds(31);
        assertThat(breaker.grant(8)).isEqualTo(1);
        assertThat(breaker.grant(8)).as("one probe at a time").isZero();
        breaker.succeeded();
        assertThat(breaker.grant(8)).isEqualTo(8);
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void aBucketThatAnswersButTakesNothingGetsOnePieceOfWorkInAnInterval() {
        for (int i = 0; i < 3; i++) {
            breaker.failed(DOWN);
        }
        int granted = 0;
        for (int second = 0; second < 1_800; second++) {
            int now = breaker.grant(8);
            granted += now;
            for (int i = 0; i < now; i++) {
                breaker.failed(DOWN);
            }
            this.now = this.now.plusSeconds(1);
        }

        assertThat(granted).isBetween(50, 70);
    }

    @Test
    void aProbeThatSaysNothingIsGivenBack() {
        up = false;
        breaker.failed(DOWN);
        breaker.grant(8);
        up = true;
        now = now.plusSeconds(2);
        assertThat(breaker.grant(8)).isEqualTo(1);
        breaker.neither();

        assertThat(breaker.grant(8)).isEqualTo(1);
        assertThatNoException().isThrownBy(breaker::check);
    }

    @Test
    void aStorageThatIsBusyNowAndThenLosesLittleTime() {
        Random random = new Random(7);
        int granted = 0;
        int stored = 0;
        for (int second = 0; second < 600; second++) {
            up = random.nextInt(100) >= 3; // 30 % of requests, after the three tries of the client
            int now = breaker.grant(8);
            granted += now;
            for (int i = 0; i < now; i++) {
                if (random.nextInt(100) < 8) { // a copy needs three requests
                    breaker.failed(DOWN);
                } else {
                    breaker.succeeded();
                    stored++;
                }
            }
            this.now = this.now.plusSeconds(1);
        }

        assertThat(granted).isGreaterThan(600 * 8 * 80 / 100);
        assertThat(stored).isGreaterThan(granted * 85 / 100);
        assertThat(breaker.isOpen() && breaker.grant(8) == 0).isFalse();
    }

    @Test
    void saysWhatIsWrongWithoutAskingBetweenTwoProbes() {
        assertThat(breaker.problem()).isNull();
        up = false;
        assertThat(breaker.problem()).contains("no answer");
        assertThat(breaker.grant(8)).as("found out by the health check").isZero();
        int before = looks;
        assertThat(breaker.problem()).isNotNull();
        assertThat(looks).isEqualTo(before);

        up = true;
        now = now.plus(Duration.ofSeconds(2));
        assertThat(breaker.problem()).isNull();
        assertThat(breaker.grant(8)).isEqualTo(1);
    }
}
