import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the parts of the benchmark one after the other, each within its time, and writes what they found. */
final class Bench {
    /** Small sizes: shows that it runs; the figures mean nothing. */
    static final boolean QUICK = !System.getProperty("bench.quick", "").isEmpty();

    static final int RUNS = QUICK ? 1 : 3;

    private static final Path WORK = Path.of(System.getProperty("bench.work"));

    /** One question to the machine. */
    interface Part {
        void run(Scope scope, Table table) throws Exception;
    }

    private record Planned(String title, Duration limit, Part part) {}

    private static final Map<String, Planned> PARTS = new LinkedHashMap<>();

    static {
        plan("limits", "What this machine can do at most", 90, new LimitsPart());
        plan("start", "From process start to ready", 180, new StartPart());
        plan("receive", "Durable callbacks per second, 64 connections, 1.2 KB each", 420, new ReceivePart());
        plan("copy", "1 GiB, one copy", 420, new CopyPart());
        plan("small", "200 files of 5 MB, 8 at a time", 300, new SmallPart());
        plan("latency", "From a finished task to the stored object, 5 MB", 120, new LatencyPart());
        plan("merge", "The ledger as it grows", 240, new MergePart());
        plan("nodes", "Several nodes, 150 ms away from origin and storage", 420, new NodesPart());
        plan("memory", "Peak memory at -Xmx256m", 420, new MemoryPart());
    }

    private Bench() {}

    private static void plan(String name, String title, int seconds, Part part) {
        PARTS.put(name, new Planned(title, Duration.ofSeconds(seconds * (QUICK ? 4 : 1)), part));
    }

    public static void main(String[] args) throws Exception {
        List<String> names = args.length == 0 ? List.copyOf(PARTS.keySet()) : List.of(args);
        for (String name : names) {
            if (!PARTS.containsKey(name)) {
                System.err.println("bench: the parts are " + String.join(", ", PARTS.keySet()) + ", but not " + name);
                System.exit(2);
            }
        }
        String machine = Machine.describe();
        System.out.println(machine);
        for (String name : names) {
            Table table = run(name);
            if (!QUICK) {
                // At once: who ends the benchmark keeps what it has measured.
                Document document = new Document(Path.of("docs/performance.md"));
                document.replace("machine", machine);
                document.replace(table.part, table.markdown());
                document.goals(table.part, table.goals, List.copyOf(PARTS.keySet()));
                document.write();
            }
        }
        System.out.println(QUICK ? "BENCH_QUICK is set: nothing is written." : "Written to docs/performance.md.");
        System.exit(0);
    }

    private static Table run(String name) throws Exception {
        Planned planned = PARTS.get(name);
        Table table = new Table(name, planned.title());
        System.out.printf("%n%s %s: %s%n", LocalTime.now().truncatedTo(ChronoUnit.SECONDS), name, planned.title());
        Scope scope = new Scope(WORK, name);
        // For the case that somebody ends the benchmark; closing twice does no harm.
        Runtime.getRuntime().addShutdownHook(new Thread(scope::close));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<?> done = thread.submit(() -> {
            planned.part().run(scope, table);
            return null;
        });
        try {
            done.get(planned.limit().toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            table.absent(
                    "the rest of this part",
                    "not done within " + planned.limit().toSeconds() + " s");
        } catch (ExecutionException e) {
            String what = e.getCause().getMessage();
            table.absent(
                    "the rest of this part",
                    "failed: " + (what == null ? e.getCause().toString() : what));
        } finally {
            done.cancel(true);
            scope.close();
            thread.shutdownNow();
        }
        return table;
    }

    /** The class path of this process, absolute. */
    static String classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(":", entries);
    }
}
