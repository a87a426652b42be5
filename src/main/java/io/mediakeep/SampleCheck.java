package io.mediakeep;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.mapping.MappingFailures;
import io.mediakeep.mapping.Samples;
import io.mediakeep.provider.ProviderFacts;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the mappings of the providers that are switched on with their samples: a mapping that fails, or that makes something
 * else of one, is a warning. Thread-safe.
 */
final class SampleCheck {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");
    /** When samples came, as far as their expiry goes. */
    private static final Clock RECEIVED = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

    private final CamelContext context;
    private final Samples samples;
    private final Collection<String> providers;
    private final TaskEventReader events;

    /** @param providers whose mappings are tried; they have files */
    SampleCheck(CamelContext context, Samples samples, Collection<String> providers, ProviderFacts facts) {
        this.context = context;
        this.samples = samples;
        this.providers = Set.copyOf(providers);
        this.events = new TaskEventReader(
                Providers.read(new Settings(name -> asShipped(name, facts)), providers),
                new TaskEventSchema(),
                RECEIVED);
    }

    /** What a user has set otherwise changes no sample, and all roles are kept. */
    private static Optional<String> asShipped(String name, ProviderFacts facts) {
        if (name.endsWith(".enabled")) {
            return Optional.of("true");
        } else if (name.endsWith(".api-key")) {
            return Optional.of("of-samples");
        } else if (name.endsWith(".api-url")) {
            return Optional.of("https://nobody-is-called.invalid");
        }
        return name.endsWith(".keep") ? Optional.empty() : Optional.ofNullable(facts.getProperty(name));
    }

    /** Tries all. */
    void run() {
        providers.forEach(this::run);
    }

    /** Tries those whose mappings are among the routes. */
    void run(Collection<String> routes) {
        providers.stream().filter(name -> routes.contains(name + "-normalize")).forEach(this::run);
    }

    private void run(String provider) {
        try {
            int right = 0;
            for (Samples.Sample sample : samples.of(provider)) {
                Optional<String> wrong = failure(sample);
                wrong.ifPresent(
                        what -> LOG.warn("The mapping of {} fails its sample {}: {}", provider, sample.name(), what));
                right += wrong.isEmpty() ? 1 : 0;
            }
            LOG.debug("The mapping of {} is right for {} samples", provider, right);
        } catch (IOException e) {
            LOG.warn("The samples of {} cannot be read: {}", provider, e.getMessage());
        }
    }

    /** What is wrong with what the mapping makes of a sample; empty if nothing is. */
    Optional<String> failure(Samples.Sample sample) {
        if (sample.event() == null) {
            return Optional.of("there is no " + samples.event(sample.provider(), sample.name()));
        }
        try {
            return Samples.difference(sample.event(), event(sample).toMap());
        } catch (FinalFailure e) {
            return Optional.of(e.reason() + ": " + e.getMessage());
        } catch (CamelExecutionException e) {
            return Optional.of(new MappingFailures().text(e));
        }
    }

    /** What the mapping makes of a sample. */
    TaskEvent event(Samples.Sample sample) {
        Object mapped = context.createFluentProducerTemplate()
                .to("direct:" + sample.provider() + "-normalize")
                .withBody(sample.payload())
                .request(Object.class);
        return events.read(sample.provider(), mapped);
    }
}
