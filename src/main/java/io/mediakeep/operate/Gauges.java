package io.mediakeep.operate;

import io.mediakeep.database.Room;
import io.mediakeep.database.WriteAheadLog;
import io.mediakeep.ledger.VitalsLedger;
import io.mediakeep.ledger.VitalsLedger.Reads;
import io.mediakeep.ledger.VitalsLedger.Snapshot;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The state behind the promises, as {@code mediakeep_*} gauges. All are there from the start; one is NaN while it has no value
 * or the ledger does not answer, which no alert rule takes for a number.
 */
public final class Gauges {
    private static final Reads NO_READS = new Reads(0, null);

    private final MeterRegistry registry;
    private final Vitals vitals;
    private final Clock clock;
    private final long startedAt;

    public Gauges(MeterRegistry registry, Vitals vitals, Clock clock) {
        this.registry = registry;
        this.vitals = vitals;
        this.clock = clock;
        this.startedAt = clock.millis();
    }

    /**
     * Whether the parts of this node are ready, as its readiness check says; a scrape waits a second at most for a silent storage.
     *
     * @param standing of storage and disks
     */
    public void ready(Standing standing) {
        ready("ledger", () -> vitals.looked() ? vitals.last().isPresent() : null);
        ready("storage", () -> standing.storageProblem() == null);
        ready("space", () -> standing.ledgerProblem() == null);
    }

    private void ready(String part, Supplier<Boolean> is) {
        Gauge.builder("mediakeep.ready", is, ready -> {
                    Boolean now = ready.get();
                    return now == null ? Double.NaN : now ? 1 : 0;
                })
                .description("1 while this part of the node can do its work, else 0")
                .tag("part", part)
                .strongReference(true)
                .register(registry);
    }

    /**
     * @param lists by enabled provider the lists that are polled
     */
    public void register(Map<String, List<String>> lists, VitalsLedger ledger, WriteAheadLog log, Room room) {
        lists.forEach((provider, names) -> {
            Tags tags = Tags.of("provider", provider);
            perProvider("mediakeep.media.due", "media that wait for a copy", tags, Snapshot::due);
            perProvider("mediakeep.media.copying", "media that are being copied", tags, Snapshot::copying);
            perProvider("mediakeep.dead.letters.open", "dead letters nobody replayed", tags, Snapshot::deadLetters);
            perProvider(
                    "mediakeep.media.waiting.for.host",
                    "media that wait for somebody to accept their host",
                    tags,
                    Snapshot::hosts);
            perProvider(
                    "mediakeep.callbacks.missed",
                    "tasks that ended 10 to 70 minutes ago without any callback",
                    tags,
                    Snapshot::missed);
            seen(
                    "mediakeep.reads.due",
                    "reads of single tasks that are due and have not begun",
                    tags,
                    s -> s.reads().getOrDefault(provider, NO_READS).due());
            seen(
                    "mediakeep.reads.oldest.seconds",
                    "how long the oldest of them is due; 0 without one",
                    tags,
                    s -> age(s.reads().getOrDefault(provider, NO_READS).oldest(), 0));
            seen(
                    "mediakeep.tasks.open.oldest.seconds",
                    "age of the oldest task that has not ended; 0 without one",
                    tags,
                    s -> age(s.oldestOpen().get(provider), 0));
            for (String list : names) {
                seen(
                        "mediakeep.poll.lag.seconds",
                        "age of the last poll that came to its end; since the start before the first",
                        tags.and("list", list),
                        s -> age(s.covered().getOrDefault(provider + " " + list, startedAt)));
            }
        });
        seen(
                "mediakeep.callbacks.waiting",
                "callbacks recorded and not yet worked on",
                Tags.empty(),
                Snapshot::callbacksWaiting);
        seen(
                "mediakeep.media.nearest.expiry.seconds",
                "until the first source URL of unstored media dies",
                Tags.empty(),
                s -> s.nearestExpiry() == null ? Double.NaN : -age(s.nearestExpiry()));
        seen(
                "mediakeep.outbox.oldest.seconds",
                "age of the oldest announcement that is not sent",
                Tags.empty(),
                s -> s.oldestUnsent() == null ? 0 : age(s.oldestUnsent()));
        now("mediakeep.ledger.writes.waiting", "writes that wait for the ledger", Tags.empty(), ledger::writesWaiting);
        now("mediakeep.ledger.wal.bytes", "write-ahead log of a SQLite ledger", Tags.empty(), log::size);
        for (String place : List.of("ledger", "bucket")) {
            if (room.free(place).isPresent()) {
                now(
                        "mediakeep.disk.free.bytes",
                        "free space where the ledger and the embedded bucket are",
                        Tags.of("place", place),
                        () -> room.free(place).orElse(0L));
            }
        }
    }

    private void perProvider(String name, String description, Tags tags, Function<Snapshot, Map<String, Long>> counts) {
        String provider = tags.stream().findFirst().orElseThrow().getValue();
        seen(name, description, tags, s -> counts.apply(s).getOrDefault(provider, 0L));
    }

    private void seen(String name, String description, Tags tags, ToDoubleFunction<Snapshot> value) {
        now(
                name,
                description,
                tags,
                () -> vitals.last().map(value::applyAsDouble).orElse(Double.NaN));
    }

    private void now(String name, String description, Tags tags, Supplier<Number> value) {
        Gauge.builder(name, value)
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private double age(Long millis, double none) {
        return millis == null ? none : Math.max(0, age(millis));
    }

    private double age(long millis) {
        return (clock.millis() - millis) / 1000.0;
    }
}
