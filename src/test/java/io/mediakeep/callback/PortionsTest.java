package io.mediakeep.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PortionsTest {
    private long passed;
    private double load = 1;
    private final Portions portions = new Portions(new Portions.Time() {
        @Override
        public long passed() {
            return passed;
        }

        @Override
        public double load() {
            return load;
        }
    });

    @Test
    void thereIsNoPauseUnlessCallbacksComeInFast() {
        assertThat(portions.pause(true)).isZero();
        work(Duration.ofMillis(20));
        assertThat(portions.pause(false)).isZero();
    }

    @Test
    void whileTheyDoTheWorkTakesAFifthOfAProcessor() {
        work(Duration.ofMillis(20));

        assertThat(portions.pause(true)).isEqualTo(Duration.ofMillis(180));
        assertThat(portions.pause(true)).isZero();
    }

    @Test
    void processorsThatAreIdleAreUsed() {
        load = 0.5;
        work(Duration.ofMillis(20));
        assertThat(portions.pause(true)).isZero();
    }

    @Test
    void aLoadThatIsNotKnownCountsAsFull() {
        for (double unknown : new double[] {-1, Double.NaN}) {
            load = unknown;
            work(Duration.ofMillis(20));
            assertThat(portions.pause(true)).isEqualTo(Duration.ofMillis(180));
        }
    }

    @Test
    void aPauseIsNeverLongerThanASecond() {
        work(Duration.ofSeconds(30));

        assertThat(portions.pause(true)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aPortionThatTakesLongMakesTheNextOnesSmaller() {
        assertThat(work(Duration.ofSeconds(2))).isEqualTo(100);
        portions.pause(false);
        assertThat(work(Duration.ofSeconds(2))).isEqualTo(50);
        portions.pause(false);
        assertThat(work(Duration.ofMillis(10))).isEqualTo(25);
        portions.pause(false);
        assertThat(work(Duration.ofMillis(10))).isEqualTo(50);
    }

    @Test
    void aPortionIsNeverEmptyAndNeverLargerThanTheMost() {
        for (int i = 0; i < 20; i++) {
            work(Duration.ofSeconds(2));
            portions.pause(false);
        }
        assertThat(portions.begin()).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            portions.pause(false);
            portions.begin();
        }
        assertThat(portions.begin()).isEqualTo(Portions.MOST);
    }

    private int work(Duration time) {
        int portion = portions.begin();
        passed += time.toNanos();
        return portion;
    }
}
