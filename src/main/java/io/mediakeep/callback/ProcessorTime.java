package io.mediakeep.callback;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The processors of this machine, or of the container around the process. Thread-safe. */
final class ProcessorTime implements Portions.Time {
    @Override
    public long passed() {
        return System.nanoTime();
    }

    @Override
    public double load() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getCpuLoad()
                : -1;
    }
}
