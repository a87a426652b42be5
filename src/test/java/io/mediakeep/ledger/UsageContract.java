package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.ledger.UsageLedger.Used;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What tasks have used, beside a sum by hand. */
abstract class UsageContract extends NounContract {
    private static final Instant FIRST = Instant.parse("2026-01-10T00:00:00Z");

    @Test
    void theSumsOfTenThousandTasksAreThoseOfAHand() {
        Random random = new Random(13);
        Map<String, BigDecimal> units = new TreeMap<>();
        Map<String, Long> tasks = new TreeMap<>();
        List<TaskEvent> events = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            String provider = List.of("kling", "kling-eu", "vidu").get(random.nextInt(3));
            String model = random.nextInt(5) == 0 ? null : "m" + random.nextInt(4);
            String used = random.nextInt(6) == 0
                    ? null
                    : new BigDecimal(random.nextInt(1_000)).movePointLeft(2).toPlainString();
            TaskStatus status = List.of(TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.PROCESSING)
                    .get(random.nextInt(3));
            Instant made = FIRST.plusSeconds(random.nextInt(5 * 86_400));
            events.add(task(provider, "t" + i, status, made, used, model));
            boolean counts = status != TaskStatus.PROCESSING
                    && !made.isBefore(FIRST.plus(Duration.ofDays(1)))
                    && made.isBefore(FIRST.plus(Duration.ofDays(4)));
            if (counts) {
                String key = made.toString().substring(0, 10) + " " + provider + " " + model + " " + status;
                tasks.merge(key, 1L, Long::sum);
                units.merge(key, used == null ? BigDecimal.ZERO : new BigDecimal(used), BigDecimal::add);
            }
        }
        for (int from = 0; from < events.size(); from += 500) {
            ledger.tasks.merge(events.subList(from, from + 500), Seen.POLL);
        }

        Map<String, BigDecimal> found = new TreeMap<>();
        Map<String, Long> counted = new TreeMap<>();
        read(FIRST.plus(Duration.ofDays(1)), FIRST.plus(Duration.ofDays(4)), null)
                .forEach(row -> {
                    String key = row.day() + " " + row.provider() + " " + row.model() + " "
                            + (row.failed() ? "FAILED" : "SUCCEEDED");
                    counted.merge(key, row.tasks(), Long::sum);
                    BigDecimal each = row.units() == null ? BigDecimal.ZERO : new BigDecimal(row.units());
                    found.merge(key, each.multiply(BigDecimal.valueOf(row.tasks())), BigDecimal::add);
                });

        assertThat(counted).isEqualTo(tasks);
        assertThat(found).hasSameSizeAs(units);
        units.forEach((key, sum) -> assertThat(found.get(key)).as(key).isEqualByComparingTo(sum));
        assertThat(read(FIRST, FIRST.plus(Duration.ofDays(9)), "vidu"))
                .allMatch(row -> row.provider().equals("vidu"));
    }

    @Test
    void aTaskThatSucceededAndHasADeadLetterIsLost() {
        ledger.tasks.merge(
                List.of(
                        task("vidu", "dead", TaskStatus.SUCCEEDED, FIRST, "1", "m", TestLedger.item("k")),
                        task("vidu", "none", TaskStatus.SUCCEEDED, FIRST, "2", "m"),
                        task("vidu", "well", TaskStatus.SUCCEEDED, FIRST, "4", "m"),
                        task("vidu", "failed", TaskStatus.FAILED, FIRST, "8", "m")),
                Seen.POLL);
        ledger.media.dead(ledger.media.claim(1).get(0), "dns", "no such host");
        ledger.ledger.write(h -> {
            ledger.deadLetters.add(
                    h, DeadLetter.of("task", "vidu", "none").about("none", null).because("no_output", "no media"));
            return null;
        });

        assertThat(read(FIRST, FIRST.plus(Duration.ofDays(1)), null))
                .extracting(Used::units, Used::lost)
                .containsExactlyInAnyOrder(tuple("1", true), tuple("2", true), tuple("4", false), tuple("8", false));
    }

    @Test
    void aTaskOfWhichNobodySaysWhenItWasMadeCountsWhenItWasFirstSeen() {
        ledger.tasks.merge(List.of(task("vidu", "t", TaskStatus.SUCCEEDED, null, "1", null)), Seen.POLL);

        assertThat(read(clock.instant(), clock.instant().plusMillis(1), "vidu"))
                .extracting(Used::day)
                .containsExactly(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        assertThat(read(clock.instant().plusMillis(1), clock.instant().plusSeconds(9), "vidu"))
                .isEmpty();
    }

    private List<Used> read(Instant since, Instant until, String provider) {
        List<Used> rows = new ArrayList<>();
        new UsageLedger(ledger.ledger).read(since, until, provider, rows::add);
        return rows;
    }

    private static TaskEvent task(
            String provider,
            String id,
            TaskStatus status,
            Instant made,
            String units,
            String model,
            MediaItem... media) {
        return new TaskEvent(
                provider, id, status, true, null, null, made, null, units, model, null, false, List.of(media));
    }
}
