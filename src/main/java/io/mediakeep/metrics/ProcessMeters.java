package io.mediakeep.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;

/** What every process shows of itself: {@code jvm_*}, {@code process_*}, {@code system_*}, and which build it is. */
public final class ProcessMeters implements AutoCloseable {
    private final JvmGcMetrics collector = new JvmGcMetrics();

    /** @param version of the product; null from its sources */
    public ProcessMeters(MeterRegistry registry, String version) {
        collector.bindTo(registry);
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        Gauge.builder("mediakeep.build.info", () -> 1)
                .description("1; the version is a label")
                .tag("version", version == null ? "sources" : version)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void close() {
        collector.close();
    }
}
