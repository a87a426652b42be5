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
            100,
            null);

    private void page(String... items) {
        List.of(items).forEach(run::shows);
    }

    @Test
    void knowsAPageThatShowsTheItemsOfTheOneBefore() {
        page("a", "b");
        assertThat(run.isRepeated()).isFalse();
        run.next("");
        page("a", "b");
        assertThat(run.isRepeated()).isTrue();
    }

    @Test
    void doesNotTakeTwoEmptyPagesForOne() {
        run.next("");
        assertThat(run.isRepeated()).isFalse();
    }

    @Test
    void knowsATokenThatWasThereBefore() {
        run.next("t1");
        run.next("t2");
        assertThat(run.isUsed("t1")).isTrue();
        assertThat(run.isUsed("t3")).isFalse();
    }

    @Test
    void asksAgainThenByNumberThenInSmallerPagesThenStops() {
        run.next("t1");
        run.tryAgain("why");
        assertThat(List.of(run.getToken(), run.getPage(), run.getSize())).isEqualTo(List.of("t1", 1, 100));
        run.tryAgain("why");
        assertThat(run.isByNumber()).isTrue();
        assertThat(List.of(run.getToken(), run.getPage(), run.getSize())).isEqualTo(List.of("", 1, 100));
        run.tryAgain("why");
        assertThat(List.of(run.getToken(), run.getPage(), run.getSize())).isEqualTo(List.of("", 0, 50));
        assertThat(run.isMore()).isTrue();
        run.tryAgain("why");
        assertThat(run.isMore()).isFalse();
        assertThat(run.problem()).isEqualTo("why");
    }
}
