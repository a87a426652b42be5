package io.mediakeep.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CountersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Counters counters = new Counters(registry);

    /** A series that begins at one has no increase: the first dead letter of a kind would raise no alarm. */
    @Test
    void everySeriesIsThereBeforeItsFirstEvent() {
        counters.prepare(List.of("vidu"));
        Set<Meter.Id> prepared = ids();

        counters.callback("vidu", "accepted");
        counters.callback("vidu", "duplicate");
        List.of(400, 401, 404, 405, 408, 413, 414, 415, 431, 500, 503).forEach(counters::refused);
        List.of("callback", "poll", "read").forEach(stream -> counters.merged("vidu", stream, 1));
        counters.unknownStatus("vidu");
        counters.stored("vidu", 1, Duration.ofSeconds(1));
        Reasons.ofCopies().forEach(reason -> counters.copyFailed("vidu", reason));
        Reasons.ofDeadLetters().forEach(reason -> counters.dead("vidu", reason));
        Reasons.GUARD.forEach(counters::guarded);
        counters.takenOver(1);

        assertThat(ids()).isEqualTo(prepared).hasSizeGreaterThan(70);
    }

    private Set<Meter.Id> ids() {
        return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
    }
}
