package io.mediakeep.operate;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Liveness falls only when a restart of the process helps: a thread that writes the ledger has died, threads wait for each
 * other for ever, or Camel has stopped while the process goes on. A ledger or a storage that cannot be reached is a matter of
 * {@link ReadinessCheck}, and so is a route that does not run: the same files would be read again.
 */
public final class LivenessCheck extends AbstractHealthCheck {
    private final BooleanSupplier writersAlive;

    public LivenessCheck(BooleanSupplier writersAlive) {
        super("mediakeep", "alive");
        this.writersAlive = writersAlive;
    }

    @Override
    public boolean isReadiness() {
        return false;
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        String found = problem();
        if (found == null) {
            builder.up();
        } else {
            builder.message(found).down();
        }
    }

    private String problem() {
        if (!writersAlive.getAsBoolean()) {
            return "a thread that writes the ledger has died: restart this process";
        }
        CamelContext context = getCamelContext();
        ServiceStatus status = context == null ? null : context.getStatus();
        if (status == ServiceStatus.Stopped || status == ServiceStatus.Suspended) {
            return "Camel is " + status + " while the process goes on: restart it";
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] locked = threads.findDeadlockedThreads();
        if (locked == null) {
            return null;
        }
        return "threads wait for each other for ever: "
                + Arrays.stream(threads.getThreadInfo(locked))
                        .filter(Objects::nonNull)
                        .map(ThreadInfo::getThreadName)
                        .collect(Collectors.joining(", "))
                + ": restart this process";
    }
}
