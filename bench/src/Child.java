import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process that the benchmark started, and the only kind that it ends. Its output goes to a file. */
class Child implements AutoCloseable {
    private static final double TICKS = 100;

    final Process process;
    private final Path log;

    Child(Path directory, Path log, Map<String, String> environment, List<String> command) {
        this.log = log;
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.matches("(MEDIAKEEP|CAMEL|AWS|RCLONE)_.*"));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** CPU seconds, user and system, of the process so far. */
    double cpu() {
        String stat = proc("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    /** Peak resident memory in MB of 1,000,000 bytes. */
    double peak() {
        for (String line : proc("status").split("\n")) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
            }
        }
        return 0;
    }

    private String proc(String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
        } catch (IOException e) {
            throw new IllegalStateException("the process ended: " + said());
        }
    }

    /** The end of its output. */
    String said() {
        try {
            String text = Files.readString(log).strip();
            return text.substring(Math.max(0, text.length() - 500));
        } catch (IOException e) {
            return "";
        }
    }

    /** All of its output. */
    Stream<String> lines() throws IOException {
        return Files.readString(log).lines();
    }

    /** As kill -9. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(Bench.QUICK ? 160 : 40, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
