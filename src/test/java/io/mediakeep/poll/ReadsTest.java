package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.ledger.Database;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.MovableClock;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.operate.Counters;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import io.mediakeep.settings.TestProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a task is read where the provider has no list: each claimed read is one call. */
class ReadsTest {
    private static final Duration INTERVAL = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock();
    private String status = "processing";
    private Ledger ledger;
    private TaskLedger tasks;
    private Reads reads;

    @BeforeEach
    void open() {
        Settings settings = TestProvider.settings(TestProvider.values("p", "always", directory));
        Providers providers = Providers.read(settings, List.of("p"));
        ledger = new Ledger(new Database(settings), clock, "node");
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        tasks = new TaskLedger(ledger, outbox, deadLetters, provider -> INTERVAL, provider -> true);
        reads = new Reads(
                tasks,
                deadLetters,
                providers,
                new Products(settings),
                new TaskEventReader(providers, new TaskEventSchema(), clock),
                new Counters(new SimpleMeterRegistry()),
                clock);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void aTaskIsReadLessOftenAsItGrowsOld() {
        tasks.watch("p", "t", null);

        assertThat(callsWithin(Duration.ofHours(1))).isBetween(59, 61);
        assertThat(callsWithin(Duration.ofHours(23))).isBetween(23 * 15 - 2, 23 * 15 + 2);
        assertThat(callsWithin(Duration.ofDays(6))).isBetween(6 * 72 - 2, 6 * 72 + 2);
        callsWithin(Duration.ofHours(1));
        assertThat(callsWithin(Duration.ofDays(1)))
                .as("given up after the retention")
                .isZero();
    }

    @Test
    void aSettledTaskIsNotReadAnyMore() {
        tasks.watch("p", "t", null);
        assertThat(callsWithin(Duration.ofMinutes(5))).isBetween(4, 6);

        status = "failed";
        assertThat(callsWithin(Duration.ofMinutes(5))).isEqualTo(1);
        assertThat(callsWithin(Duration.ofDays(1))).isZero();
    }

    @Test
    void anErrorOfOursIsChargedToNoTask() {
        tasks.watch("p", "t", null);

        failReads(12, false, new IllegalArgumentException("a placeholder of a route"));
        failReads(12, true, new DirectConsumerNotAvailableException("no consumers", exchange()));

        assertThat(letters()).isEmpty();
    }

    @Test
    void aMappingThatThrowsTimeAndAgainIsADeadLetter() {
        tasks.watch("p", "t", null);

        failReads(7, true, new IllegalArgumentException("no such property"));

        assertThat(letters()).singleElement().asString().contains("mapping");
    }

    private void failReads(int times, boolean answered, Exception cause) {
        for (int i = 0; i < times; i++) {
            clock.move(Duration.ofMinutes(15));
            for (ReadRun run : reads.claim("p", 20)) {
                if (answered) {
                    reads.answered(run);
                }
                reads.trouble(run, cause);
            }
        }
    }

    private List<?> letters() {
        return new LedgerQueries(ledger).deadLetters(null, null, null, 10).items();
    }

    private static Exchange exchange() {
        return new DefaultExchange(new DefaultCamelContext());
    }

    /** Looks for due reads every half minute, and answers each. */
    private int callsWithin(Duration time) {
        Instant end = clock.instant().plus(time);
        int calls = 0;
        while (clock.instant().isBefore(end)) {
            for (ReadRun run : reads.claim("p", 20)) {
                calls++;
                reads.found(run, Map.of("taskId", run.getTaskId(), "status", status));
            }
            clock.move(Duration.ofSeconds(30));
        }
        return calls;
    }
}
