package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.ledger.PollLedger;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PollRunTest {
    private final PollRun run = new PollRun(
            "p",
            "tasks",
            new PollLedger.Cursor(null, 0, 1, null, null),
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(1),
            null);

    @Test
    void knowsAPageThatShowsTheTasksOfTheOneBefore() {
        assertThat(run.isRepeated(List.of("a", "b"))).isFalse();
        run.next("");
        assertThat(run.isRepeated(List.of("a", "b"))).isTrue();
    }

    @Test
    void doesNotTakeTwoPagesWithoutReadableTasksForOne() {
        run.isRepeated(List.of());
        run.next("");
        assertThat(run.isRepeated(List.of())).isFalse();
    }

    @Test
    void knowsATokenThatWasThereBefore() {
        assertThat(run.next("t1")).isTrue();
        assertThat(run.next("t2")).isTrue();
        assertThat(run.next("t1")).isFalse();
    }
}
