package io.mediakeep.callback;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PortionsTest {
    private final AtomicLong now = new AtomicLong();
    private final Portions portions = new Portions(now::get);

    @Test
    void thereIsNoPauseUnlessCallbacksComeInFast() {
        assertThat(portions.pause(true)).isZero();
        work(Duration.ofMillis(20));
        assertThat(portions.pause(false)).isZero();
    }

    @Test
    void whileTheyDoTheWorkTakesATenthOfTheTime() {
        work(Duration.ofMillis(20));

        assertThat(portions.pause(true)).isEqualTo(Duration.ofMillis(180));
        assertThat(portions.pause(true)).isZero();
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
        now.addAndGet(time.toNanos());
        return portion;
    }
}
