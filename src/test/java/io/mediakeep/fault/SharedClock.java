package io.mediakeep.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The real time and an offset that the driver keeps in a file, so that the clock of a running process can be moved from
 * outside. A process is given it by a line of its application.properties, see {@link #property}. Thread-safe.
 */
public final class SharedClock extends Clock {
    private static final String FILE = "mediakeep.fault.clock";
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final ByteBuffer offset;

    /** The clock of a process under test; the system property {@code mediakeep.fault.clock} names its file. */
    public SharedClock() {
        this(Path.of(System.getProperty(FILE)));
    }

    SharedClock(Path file) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            offset = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The line that makes this the clock of a process. */
    static String property() {
        return "camel.beans.clock = #class:" + SharedClock.class.getName();
    }

    /** The option of the JVM that names the file. */
    static String option(Path file) {
        return "-D" + FILE + "=" + file;
    }

    /** @param by back if it is negative */
    void advance(Duration by) {
        LONG.getAndAdd(offset, 0, by.toMillis());
    }

    @Override
    public long millis() {
        return System.currentTimeMillis() + (long) LONG.getVolatile(offset, 0);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
