package io.mediakeep.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However often something fails, and whatever text comes with it, the log gets a line at the beginning, one a minute, one at the end. */
class TroubleTest {
    private final List<String> lines = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final Trouble trouble = new Trouble((level, line) -> lines.add(level + " " + line), new MovedClock());

    private final class MovedClock extends Clock {
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
    }

    @Test
    void oneFailureIsOneLine() {
        trouble.failed("The API of kling fails", "no answer");
        pass(600);

        assertThat(lines).containsExactly("WARN The API of kling fails: no answer");
    }

    @Test
    void aStormIsALineAMinuteAndOneWhenItIsOver() {
        for (int second = 0; second < 150; second++) {
            trouble.failed("The ledger is away", "attempt " + second);
            pass(1);
        }
        trouble.well("The ledger is away");
        pass(20);

        assertThat(lines)
                .containsExactly(
                        "WARN The ledger is away: attempt 0",
                        "WARN The ledger is away: attempt 59 (59 since the last line, 60 in all)",
                        "WARN The ledger is away: attempt 119 (60 since the last line, 120 in all)",
                        "INFO The ledger is away: over after 159 s, 150 in all");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "10, 1", "60, 10"})
    void otherTextEachTimeMakesNoMoreLines(int perSecond, int senders) {
        for (int i = 0; i < perSecond * 60; i++) {
            trouble.failed("Callbacks of kling are answered 401", "signed " + i + " s ago by " + i % senders);
            if (i % perSecond == perSecond - 1) {
                pass(1);
            }
        }

        assertThat(lines).hasSize(2);
    }

    @Test
    void whatFailsAndWorksByTurnsIsOneTrouble() {
        for (int second = 0; second < 120; second++) {
            trouble.failed("The API of kling fails", "no answer");
            trouble.well("The API of kling fails");
            pass(1);
        }

        assertThat(lines).hasSizeBetween(2, 3).noneMatch(line -> line.startsWith("INFO"));
    }

    @Test
    void shortTroubleThatComesAgainAndAgainIsTwoLinesAMinute() {
        for (int second = 0; second < 600; second += 20) {
            trouble.failed("The API of kling fails", "no answer");
            pass(5);
            trouble.well("The API of kling fails");
            pass(15);
        }

        assertThat(lines).hasSizeLessThanOrEqualTo(20);
    }

    @Test
    void whatNobodySaysTheEndOfIsOverAfterASilence() {
        trouble.failed("Callbacks of kling are answered 401", "a");
        trouble.failed("Callbacks of kling are answered 401", "b");
        pass(119);
        assertThat(lines).noneMatch(line -> line.startsWith("INFO"));
        pass(1);

        assertThat(lines).last().isEqualTo("INFO Callbacks of kling are answered 401: over after 120 s, 2 in all");
    }

    @Test
    void aPauseUntilTheNextTryIsNoEnd() {
        trouble.failed("Polls of kling are refused", "a", Duration.ofMinutes(5));
        pass(300);
        trouble.failed("Polls of kling are refused", "a", Duration.ofMinutes(5));
        pass(300);

        assertThat(lines)
                .containsExactly(
                        "WARN Polls of kling are refused: a",
                        "WARN Polls of kling are refused: a (1 since the last line, 2 in all)");
    }

    @Test
    void kindsAreBounded() {
        for (int i = 0; i < 10 * Trouble.MOST_KINDS; i++) {
            trouble.failed("kind " + i, "x");
        }

        assertThat(lines).hasSize(Trouble.MOST_KINDS + 1).last().isEqualTo("WARN Other trouble: x");
    }

    @Test
    void aDetailIsOneLineOfBoundedLength() {
        trouble.broken("kind", "a\r\nWARN forged" + "x".repeat(1_000));

        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("ERROR kind: a WARN forged")
                .hasSizeLessThan(330);
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            now = now.plusSeconds(1);
            trouble.look();
        }
    }
}
