package io.mediakeep.ledger;

import static io.mediakeep.ledger.TestLedger.EXPIRY;
import static io.mediakeep.ledger.TestLedger.item;

import io.mediakeep.database.Database;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the ledger costs as it grows: fills it with settled tasks, and times merges, claims and pages. No test: prints a
 * table with the median time and the CPU time of each step, and how the latter grows. Arguments: the numbers of tasks, and
 * {@code sqlite} or {@code postgresql} for one of them alone.
 *
 * <pre>mvn -q test-compile exec:java -Dexec.classpathScope=test -Dexec.mainClass=io.mediakeep.ledger.LedgerBench \
 *   -Dexec.args="10000 100000 1000000"</pre>
 */
public final class LedgerBench {
    private static final int PAGE = 100;
    private static final int ROUNDS = 40;
    private static final int WARM_UP = 10;
    private static final int TAIL = 400;
    private static final String NUMBERS_SQLITE =
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1) ";
    private static final String NUMBERS_POSTGRESQL =
            "WITH n(i) AS (SELECT * FROM generate_series(CAST(0 AS bigint), %d - 1)) ";

    private static Optional<ProcessHandle> postmaster = Optional.empty();

    private final TestLedger ledger;
    private final int size;
    private final Random random = new Random(42);
    private int next;

    private LedgerBench(TestLedger ledger, int size) {
        this.ledger = ledger;
        this.size = size;
        this.next = size;
    }

    public static void main(String[] args) throws Exception {
        List<Integer> sizes = Arrays.stream(args)
                .filter(arg -> arg.matches("\\d+"))
                .map(Integer::valueOf)
                .toList();
        List<Integer> all = sizes.isEmpty() ? List.of(10_000, 100_000, 1_000_000) : sizes;
        List<String> only = Arrays.asList(args);
        if (!only.contains("postgresql")) {
            Path directory = Files.createTempDirectory("ledger-bench");
            warmUp(TestLedger.open("jdbc:sqlite:" + directory.resolve("warm-up.db"), "nobody"));
            Map<Integer, Map<String, Cost>> found = new TreeMap<>();
            for (int size : all) {
                Database database = TestLedger.open("jdbc:sqlite:" + directory.resolve(size + ".db"), "nobody");
                found.put(size, run(database, size));
            }
            print("SQLite", found);
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        if (!only.contains("sqlite")) {
            Path directory = Files.createTempDirectory("ledger-bench");
            try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(directory)
                    .setCleanDataDirectory(true)
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("fsync", "on")
                    .setServerConfig("shared_buffers", "512MB")
                    .setServerConfig("max_wal_size", "8GB")
                    .start()) {
                postmaster = ProcessHandle.of(Long.parseLong(Files.readAllLines(directory.resolve("postmaster.pid"))
                        .get(0)
                        .strip()));
                warmUp(TestLedger.open(server.getJdbcUrl("postgres", "postgres"), "postgres"));
                Map<Integer, Map<String, Cost>> found = new TreeMap<>();
                for (int size : all) {
                    try (Connection connection = server.getPostgresDatabase().getConnection();
                            Statement sql = connection.createStatement()) {
                        sql.execute("CREATE DATABASE bench" + size);
                    }
                    found.put(
                            size,
                            run(TestLedger.open(server.getJdbcUrl("postgres", "bench" + size), "postgres"), size));
                }
                print("PostgreSQL", found);
            }
        }
        System.exit(0);
    }

    /** The compiler's work is not to be taken for the smallest ledger's. */
    private static void warmUp(Database database) throws Exception {
        run(database, 5_000);
    }

    private static Map<String, Cost> run(Database database, int size) throws Exception {
        try (TestLedger ledger = new TestLedger(database, new MovableClock(), "bench")) {
            long from = System.nanoTime();
            LedgerBench bench = new LedgerBench(ledger, size);
            bench.fill();
            System.err.printf(
                    "%s %,d tasks filled in %.1f s%n", database.dialect(), size, (System.nanoTime() - from) / 1e9);
            return bench.measure();
        }
    }

    /** Settled tasks with a stored media each, a day's worth of seconds apart; and, whatever the size, some work of each kind. */
    private void fill() throws Exception {
        String numbers =
                (ledger.database.dialect().equals("sqlite") ? NUMBERS_SQLITE : NUMBERS_POSTGRESQL).formatted(size);
        long end = MovableClock.START.minus(Duration.ofHours(1)).toEpochMilli();
        try (Connection connection = ledger.database.open();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute(
                    "INSERT INTO task (provider, task_id, status, external_task_id, created_at, updated_at, units, model,"
                            + " product, first_seen_by, first_seen_at, callback_at, polled_at, finished_at, revision, manifest) "
                            + numbers + "SELECT 'kling', CAST(860000000000000000 + i * 7919 AS TEXT),"
                            + " CASE WHEN i % 20 = 7 THEN 'failed' ELSE 'succeeded' END, 'order-' || i,"
                            + " A, A + 60000, '3.5', 'kling-v2', 'videos/text2video', 'callback', A, A, A + 60000, A + 60000, 2, 2"
                                    .replace("A", "(" + end + " - (" + size + " - i) * 1000)")
                            + " FROM n");
            sql.execute(
                    "INSERT INTO media (provider, task_id, media_key, kind, url, expires_at, state, due_at, added_at,"
                            + " stored_at, object_key, size, sha256, content_type, source_host) "
                            + numbers
                            + "SELECT 'kling', CAST(860000000000000000 + i * 7919 AS TEXT), 'video-0', 'video',"
                            + " 'https://cdn.example/kling/' || i || '/out.mp4?Expires=1785901861&Signature=abcdefghijklmnopqrst',"
                            + " A + 2592000000, 'stored', A, A, A + 90000, 'kling/' || i || '/video-0.mp4', 5000000,"
                                    .replace("A", "(" + end + " - (" + size + " - i) * 1000)")
                            + " '" + "ab".repeat(32) + "', 'video/mp4', 'cdn.example' FROM n WHERE i % 20 <> 7");
            sql.execute("INSERT INTO tally (provider, name, slot, total)"
                    + " SELECT provider, 'task.' || status, 0, count(*) FROM task GROUP BY provider, status"
                    + " UNION ALL SELECT provider, 'callback.seen', 0, count(*) FROM task GROUP BY provider"
                    + " UNION ALL SELECT provider, 'media', 0, count(*) FROM media GROUP BY provider");
            connection.commit();
            connection.setAutoCommit(true);
            sql.execute("ANALYZE");
            ledger.database.checkpoint(connection); // Else the first steps share the disk with it.
        }
        for (int page = 0; page < 5; page++) {
            ledger.tasks.merge(events(TaskStatus.SUCCEEDED), Seen.POLL);
        }
        List<MediaLedger.Claimed> claimed = ledger.media.claim(100);
        for (MediaLedger.Claimed media : claimed) {
            ledger.media.dead(media, claimed.indexOf(media) % 2 == 0 ? "stall" : "http_403", null);
        }
    }

    private Map<String, Cost> measure() {
        Map<String, Cost> found = new LinkedHashMap<>();
        List<List<TaskEvent>> open = pages(TaskStatus.PROCESSING);
        List<List<TaskEvent>> fresh = pages(TaskStatus.SUCCEEDED);
        time(found, "merge a page of 100 new tasks", i -> ledger.tasks.merge(fresh.get(i), Seen.POLL));
        open.forEach(page -> ledger.tasks.merge(page, Seen.POLL));
        time(
                found,
                "merge a page of 100 that ended",
                i -> ledger.tasks.merge(
                        open.get(i).stream().map(LedgerBench::ended).toList(), Seen.POLL));
        List<List<TaskEvent>> known =
                IntStream.range(0, ROUNDS + WARM_UP).mapToObj(i -> known()).toList();
        known.forEach(page -> ledger.tasks.merge(page, Seen.POLL));
        time(found, "merge a page of 100 known tasks", i -> ledger.tasks.merge(known.get(i), Seen.POLL));
        time(found, "merge one new task", i -> ledger.tasks.merge(event(TaskStatus.SUCCEEDED), Seen.CALLBACK));
        List<String> read = new ArrayList<>();
        fresh.forEach(page -> page.forEach(event -> read.add(event.taskId())));
        read.subList(0, 1_000).forEach(id -> ledger.tasks.read("kling", id, "confirm"));
        time(found, "claim 20 reads", i -> ledger.tasks.claimReads("kling", 20));
        time(found, "claim 20 media", i -> ledger.media.claim(20));
        tail(found, "claim 8 media, p99", () -> ledger.media.claim(8).size());
        time(found, "claim 20 manifests", i -> ledger.manifests.claim(20));
        time(found, "claim 20 announcements", i -> ledger.outbox.claim("announce", 20));
        time(found, "first page of tasks", i -> ledger.queries.tasks(null, null, null, 100));
        time(found, "page of tasks by provider and status", i -> ledger.queries.tasks("kling", "failed", null, 100));
        time(found, "page of tasks of a quiet provider", i -> ledger.queries.tasks("suno", null, null, 100));
        time(found, "page of stored media", i -> ledger.queries.media("stored", null, null, 100));
        time(found, "page of dead media", i -> ledger.queries.media("dead", null, null, 100));
        time(found, "page of due media", i -> ledger.queries.media("due", "kling", null, 100));
        time(found, "page of dead letters", i -> ledger.queries.deadLetters(null, null, null, 100));
        time(found, "page of dead letters by reason", i -> ledger.queries.deadLetters(null, "stall", null, 100));
        time(found, "summary", i -> ledger.queries.summary());
        return found;
    }

    private void time(Map<String, Cost> found, String name, java.util.function.IntConsumer step) {
        List<Long> times = new ArrayList<>();
        long limit = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        Duration cpu = Duration.ZERO;
        for (int i = 0; i < WARM_UP + ROUNDS && (times.isEmpty() || System.nanoTime() < limit); i++) {
            ledger.clock.move(Duration.ofMillis(1));
            if (times.isEmpty()) {
                cpu = cpu();
            }
            long from = System.nanoTime();
            step.accept(i);
            if (i >= WARM_UP || System.nanoTime() - from > 500_000_000) {
                times.add(System.nanoTime() - from);
            }
        }
        cpu = cpu().minus(cpu);
        Cost cost = new Cost(median(times), cpu.toNanos() / 1e6 / times.size());
        found.put(name, cost);
        System.err.printf("  %s: %.3f ms, CPU %.3f ms%n", name, cost.wall(), cost.cpu());
    }

    /** The time that 99 of 100 steps stay below; a step tells how much it found. */
    private void tail(Map<String, Cost> found, String name, IntSupplier step) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < WARM_UP + TAIL; i++) {
            ledger.clock.move(Duration.ofMillis(1));
            long from = System.nanoTime();
            if (step.getAsInt() == 0) {
                throw new IllegalStateException(name + ": nothing was left to do after " + i);
            }
            if (i >= WARM_UP) {
                times.add(System.nanoTime() - from);
            }
        }
        times.sort(null);
        Cost cost = new Cost(times.get(TAIL * 99 / 100) / 1e6, Double.NaN);
        found.put(name, cost);
        System.err.printf("  %s: %.3f ms%n", name, cost.wall());
    }

    private static double median(List<Long> times) {
        times.sort(null);
        return times.get(times.size() / 2) / 1e6;
    }

    /**
     * Of the threads of this process, without those that compile and collect, and of the database server; the second in steps
     * of 10 ms.
     */
    private static Duration cpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Duration own = Duration.ofNanos(Arrays.stream(threads.getAllThreadIds())
                .map(threads::getThreadCpuTime)
                .filter(time -> time > 0)
                .sum());
        return postmaster.stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(own, Duration::plus);
    }

    private List<List<TaskEvent>> pages(TaskStatus status) {
        return IntStream.range(0, ROUNDS + WARM_UP)
                .mapToObj(i -> events(status))
                .toList();
    }

    private List<TaskEvent> events(TaskStatus status) {
        return IntStream.range(0, PAGE).mapToObj(i -> event(status)).toList();
    }

    private TaskEvent event(TaskStatus status) {
        int i = next++;
        return event(i, status, MovableClock.START, EXPIRY);
    }

    /** Tasks from all over the ledger, as it knows them. */
    private List<TaskEvent> known() {
        return IntStream.range(0, PAGE)
                .mapToObj(i -> {
                    int n = random.nextInt(size / 20) * 20;
                    Instant at = MovableClock.START.minus(Duration.ofHours(1)).minusSeconds(size - n);
                    return event(n, TaskStatus.SUCCEEDED, at, at.plus(Duration.ofDays(30)));
                })
                .toList();
    }

    private static TaskEvent event(int i, TaskStatus status, Instant at, Instant expiry) {
        MediaItem media = item(
                "video-0",
                "https://cdn.example/kling/" + i + "/out.mp4?Expires=1785901861&Signature=abcdefghijklmnopqrst",
                expiry);
        return new TaskEvent(
                "kling",
                Long.toString(860000000000000000L + i * 7919L),
                status,
                true,
                null,
                "order-" + i,
                at,
                at.plusSeconds(60),
                "3.5",
                "kling-v2",
                "videos/text2video",
                false,
                status.isFinal() ? List.of(media) : List.of());
    }

    private static TaskEvent ended(TaskEvent open) {
        int i = Integer.parseInt(open.externalTaskId().substring("order-".length()));
        return event(i, TaskStatus.SUCCEEDED, MovableClock.START, EXPIRY);
    }

    private static void print(String database, Map<Integer, Map<String, Cost>> found) {
        List<Integer> sizes = List.copyOf(found.keySet());
        StringBuilder table = new StringBuilder("\n| " + database + ", ms (CPU ms) |");
        sizes.forEach(size -> table.append(String.format(" %,d tasks |", size)));
        table.append(" growth of CPU per tenfold |\n| --- |")
                .append(" ---: |".repeat(sizes.size() + 1))
                .append('\n');
        for (String step : found.get(sizes.get(0)).keySet()) {
            table.append("| ").append(step).append(" |");
            List<Cost> costs =
                    sizes.stream().map(size -> found.get(size).get(step)).toList();
            costs.forEach(cost -> table.append(
                    String.format(Double.isNaN(cost.cpu()) ? " %.2f |" : " %.2f (%.2f) |", cost.wall(), cost.cpu())));
            double tens = Math.log10((double) sizes.get(sizes.size() - 1) / sizes.get(0));
            double growth = costs.get(costs.size() - 1).cpu() / costs.get(0).cpu();
            table.append(tens == 0 ? " |\n" : String.format(" %.2f |%n", Math.pow(growth, 1 / tens)));
        }
        System.out.println(table);
    }

    /** Median time and mean CPU time of a step, in milliseconds; the second is NaN where it was not measured. */
    private record Cost(double wall, double cpu) {}
}
