package io.mediakeep.operate;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Readiness falls while something this node needs cannot be reached; liveness does not, a restart would not help. */
public final class ReadinessCheck extends AbstractHealthCheck {
    private final Supplier<String> problem;

    /** @param problem what is wrong, null if nothing is */
    public ReadinessCheck(String id, Supplier<String> problem) {
        super("mediakeep", id);
        this.problem = problem;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        String found = problem.get();
        if (found == null) {
            builder.up();
        } else {
            builder.message(found).down();
        }
    }
}
