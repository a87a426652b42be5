package io.mediakeep.ledger;

import io.mediakeep.database.Database;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Quota;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Claims of one media among 10,000, 100,000 and 1,000,000, on both databases; run by hand. A third of the rows is due on 20
 * hosts, a third on one host that is blocked and whose media expire first, a third is due later.
 */
final class ClaimBenchmark {
    private static final int CLAIMS = 2_000;
    private static final String FILL =
            "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                    + " INSERT INTO media (provider, task_id, media_key, kind, url, host, expires_at, ready, due_at, added_at)"
                    + " SELECT 'vidu', 'task-' || i, 'video', 'video', 'https://cdn-' || i || '.example/%s', CASE i %% 3 WHEN 0"
                    + " THEN 'blocked.example' ELSE 'host-' || (i %% 20) || '.example' END, %d + 1000000 + CASE i %% 3 WHEN 0"
                    + " THEN 0 ELSE 3600000 END + (i * 7919) %% 1000003, CASE i %% 3 WHEN 2 THEN 0 ELSE 1 END, %d + CASE i %% 3"
                    + " WHEN 2 THEN 86400000 ELSE 0 END, 0 FROM n";

    private ClaimBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("claims");
        System.out.println(
                "database    rows       look p50  p99   claim p50  p99   both p50  p99   CPU of this process (microseconds)");
        for (int rows : List.of(10_000, 100_000, 1_000_000)) {
            run("sqlite", rows, TestLedger.open("jdbc:sqlite:" + directory.resolve("l" + rows + ".db"), "nobody"));
        }
        try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
            for (int rows : List.of(10_000, 100_000, 1_000_000)) {
                Database database = TestLedger.open(server.getJdbcUrl("postgres", "postgres"), "postgres");
                TestLedger.empty(database);
                run("postgresql", rows, database);
            }
        }
    }

    private static void run(String name, int rows, Database database) throws Exception {
        try (TestLedger ledger = new TestLedger(database, new MovableClock(), "node")) {
            long now = MovableClock.START.toEpochMilli();
            try (Connection connection = database.open();
                    Statement sql = connection.createStatement()) {
                sql.execute(String.format(FILL, rows, "x".repeat(300), now, now));
                sql.execute(name.equals("sqlite") ? "PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM ANALYZE media");
            }
            long[] look = new long[CLAIMS];
            long[] claim = new long[CLAIMS];
            long[] both = new long[CLAIMS];
            long cpu = 0;
            for (int i = -CLAIMS / 2; i < CLAIMS; i++) {
                cpu = i == 0 ? cpu() : cpu;
                long began = System.nanoTime();
                List<Lane> lanes = ledger.media.lanes();
                long looked = System.nanoTime();
                Map<String, Quota> rooms = new HashMap<>();
                lanes.stream()
                        .filter(lane -> !lane.host().startsWith("blocked"))
                        .forEach(lane -> rooms.put(lane.host(), new Quota(4, 4, true)));
                if (ledger.media.claim(lanes, rooms, 1, 0).size() != 1) {
                    throw new IllegalStateException("nothing to claim");
                }
                long ended = System.nanoTime();
                if (i >= 0) {
                    look[i] = looked - began;
                    claim[i] = ended - looked;
                    both[i] = ended - began;
                }
            }
            System.out.printf(
                    "%-11s %-10d %8d %5d  %8d %5d  %8d %5d  %8d%n",
                    name,
                    rows,
                    at(look, 50),
                    at(look, 99),
                    at(claim, 50),
                    at(claim, 99),
                    at(both, 50),
                    at(both, 99),
                    (cpu() - cpu) / CLAIMS / 1_000);
        }
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static long at(long[] times, int percent) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length * percent / 100] / 1_000;
    }
}
