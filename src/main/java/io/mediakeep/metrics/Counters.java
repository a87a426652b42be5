package io.mediakeep.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** The counters behind the promises, as {@code mediakeep_*} metrics. Thread-safe. */
public final class Counters {
    private final MeterRegistry registry;

    public Counters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Puts every series that may come at zero, so that the first event is an increase and a dashboard shows what there is.
     *
     * @param providers those that are switched on
     */
    public void prepare(Collection<String> providers) {
        for (String provider : providers) {
            for (String outcome : List.of("accepted", "duplicate")) {
                registry.counter("mediakeep.callbacks", "provider", provider, "outcome", outcome);
            }
            for (String stream : List.of("callback", "poll", "read")) {
                registry.counter("mediakeep.events.merged", "provider", provider, "stream", stream);
            }
            registry.counter("mediakeep.events.unknown.status", "provider", provider);
            registry.counter("mediakeep.media.stored.bytes", "provider", provider);
            storedTimer(provider);
            for (String reason : Reasons.ofCopies()) {
                registry.counter("mediakeep.copies.failed", "provider", provider, "reason", reason);
            }
            for (String reason : Reasons.ofDeadLetters()) {
                registry.counter("mediakeep.dead.letters", "provider", provider, "reason", reason);
            }
        }
        for (String status : List.of("400", "401", "404", "405", "408", "413", "414", "415", "431", "500", "503")) {
            registry.counter("mediakeep.callbacks.refused", "status", status);
        }
        for (String reason : Reasons.GUARD) {
            registry.counter("mediakeep.guard.refusals", "reason", reason);
        }
        registry.counter("mediakeep.lease.takeovers");
    }

    /** A callback was made durable, or was there already. */
    public void callback(String provider, String outcome) {
        count("mediakeep.callbacks", "provider", provider, "outcome", outcome);
    }

    /** A request at the callback door was not let in. */
    public void refused(int status) {
        count("mediakeep.callbacks.refused", "status", Integer.toString(status));
    }

    /** Events were merged. */
    public void merged(String provider, String stream, int events) {
        registry.counter("mediakeep.events.merged", "provider", provider, "stream", stream)
                .increment(events);
    }

    /** The status word of an event was not in the provider's mapping. */
    public void unknownStatus(String provider) {
        count("mediakeep.events.unknown.status", "provider", provider);
    }

    /** A media was stored. */
    public void stored(String provider, long bytes, Duration took) {
        registry.counter("mediakeep.media.stored.bytes", "provider", provider).increment(bytes);
        storedTimer(provider).record(took);
    }

    /** A copy failed and was scheduled again, or a fresh URL was asked for. */
    public void copyFailed(String provider, String reason) {
        count("mediakeep.copies.failed", "provider", provider, "reason", reason);
    }

    /** Something became a dead letter. */
    public void dead(String provider, String reason) {
        count("mediakeep.dead.letters", "provider", provider, "reason", reason);
    }

    /** Leases of another node were taken over. */
    public void takenOver(int media) {
        registry.counter("mediakeep.lease.takeovers").increment(media);
    }

    /** A URL was refused before any connection to it. */
    public void guarded(String reason) {
        count("mediakeep.guard.refusals", "reason", reason);
    }

    /** Puts the series of routes whose failures go to the Dead Letter Channel at zero. */
    public void prepareStrays(Collection<String> routes) {
        routes.forEach(route -> registry.counter("mediakeep.failures.stray", "route", route));
    }

    /** Nobody decided about a failure, because its route names no stage that is known. */
    public void stray(String route) {
        count("mediakeep.failures.stray", "route", route);
    }

    /** A number that is looked up when the metrics are read. */
    public void gauge(String name, Supplier<Number> value) {
        Gauge.builder(name, value).strongReference(true).register(registry);
    }

    private Timer storedTimer(String provider) {
        return Timer.builder("mediakeep.media.stored")
                .description("copies that ended as a verified object")
                .tag("provider", provider)
                .register(registry);
    }

    private void count(String name, String... tags) {
        registry.counter(name, tags).increment();
    }
}
