import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Callbacks that are durable before they are answered, and what stays of them after kill -9. */
final class ReceivePart implements Bench.Part {
    private static final int CONNECTIONS = 64;
    private static final int WARM_UP = Bench.QUICK ? 5 : 20;
    private static final int SECONDS = Bench.QUICK ? 5 : 6;

    /** What wrk saw. */
    private record Load(long acknowledged, long refused, double perSecond, double p99) {}

    @Override
    public void run(Scope scope, Table table) throws Exception {
        if (!Scope.has("wrk")) {
            throw new IllegalStateException("wrk cannot be had here");
        }
        table.note(
                "Suno API's callback, unsigned; each one leads to a read of its task. The work on what was received goes"
                        + " on while more is received, but gives way to it. Each server is warm: "
                        + WARM_UP + " s of load before.");
        Provider provider = new Provider(scope);

        Path ledger = scope.folder.resolve("ledger.db");
        Product sqlite =
                new Product(scope, "sqlite").confirmed(provider).set("mediakeep.ledger.url", "jdbc:sqlite:" + ledger);
        double[] stored = measure(scope, table, "Mediakeep, SQLite", sqlite, "jdbc:sqlite:" + ledger);
        goals(table, "SQLite", 10_000, stored);

        try {
            EmbeddedPostgres postgres = scope.own(postgres());
            String url = postgres.getJdbcUrl("postgres", "postgres");
            Product product =
                    new Product(scope, "postgresql").confirmed(provider).set("mediakeep.ledger.url", url);
            goals(table, "PostgreSQL", 7_000, measure(scope, table, "Mediakeep, PostgreSQL", product, url));
            scope.end(postgres);
        } catch (java.io.IOException e) {
            table.absent("Mediakeep, PostgreSQL", "PostgreSQL did not start: " + e.getMessage());
        }

        Product storeless = new Product(scope, "storeless").confirmed(provider);
        Routes.replaceStep(storeless.folder.resolve("routes/callback.camel.yaml"), "record-callback", "accepted");
        double[] without = measure(scope, table, "the same route without its storing step", storeless, null);
        double ofRoute = stored[0] / without[0];
        table.goal("SQLite beside the route without storing", "at least 0.5 x", Table.ratio(ofRoute), ofRoute >= 0.5);

        express(scope, table, stored[0]);

        Origin origin = new Origin(scope);
        double[] rates = new double[Bench.RUNS];
        double p99 = 0;
        for (int run = 0; run < Bench.RUNS; run++) {
            Load load = load(scope, origin.port, SECONDS);
            rates[run] = load.perSecond();
            p99 = Math.max(p99, load.p99());
        }
        table.row("nginx, which stores nothing", "/s", rates, new double[0], 0, "p99 " + Table.number(p99) + " ms");
    }

    private static void goals(Table table, String ledger, int wanted, double[] measured) {
        table.goal(
                "callbacks, " + ledger,
                "at least %,d a second".formatted(wanted),
                Table.number(measured[0]) + " a second",
                measured[0] >= wanted);
        table.goal("p99, " + ledger, "below 50 ms", Table.number(measured[1]) + " ms", measured[1] < 50);
        table.goal(
                "acknowledged and missing after `kill -9`, " + ledger,
                "none",
                Table.number(measured[2]),
                measured[2] == 0);
    }

    /** @return rate, the highest p99, callbacks that were acknowledged and are missing after kill -9 */
    private static double[] measure(Scope scope, Table table, String who, Product product, String database)
            throws Exception {
        product.start("-Xmx512m");
        double[] rates = new double[Bench.RUNS];
        double[] cpu = new double[Bench.RUNS];
        double[] p99 = new double[Bench.RUNS];
        long refused = 0;
        long acknowledged = load(scope, product.port, WARM_UP).acknowledged();
        for (int run = 0; run < Bench.RUNS; run++) {
            double before = product.process().cpu();
            Load load = load(scope, product.port, SECONDS);
            cpu[run] = product.process().cpu() - before;
            rates[run] = load.perSecond();
            p99[run] = load.p99();
            acknowledged += load.acknowledged();
            refused += load.refused();
        }
        double peak = product.process().peak();
        String remark = "p99 " + Table.number(Table.median(p99)) + " ms" + (refused > 0 ? ", refused " + refused : "");
        long missing = 0;
        if (database == null) {
            product.stop();
        } else {
            acknowledged += loadAndKill(scope, product);
            missing = Math.max(0, acknowledged - rows(database));
            remark += ", acknowledged %,d, missing after `kill -9` %,d".formatted(acknowledged, missing);
        }
        table.row(who, "/s", rates, cpu, peak, remark);
        return new double[] {Table.median(rates), Table.max(p99), missing};
    }

    private static void express(Scope scope, Table table, double stored) throws Exception {
        String who = "Express + better-sqlite3, one commit each";
        if (!Scope.has("node")
                || !Files.isDirectory(Path.of("bench/peers/express/node_modules/better-sqlite3/build"))) {
            table.absent(who, "Node.js or its modules cannot be had here");
            return;
        }
        int port = Scope.freePort();
        Path file = scope.folder.resolve("express.db");
        Child express = scope.start(
                "express",
                Map.of("PORT", Integer.toString(port), "FILE", file.toString(), "TOKEN", Product.TOKEN),
                List.of(
                        "node",
                        Path.of("bench/peers/express/server.mjs")
                                .toAbsolutePath()
                                .toString()));
        StorageProcess.awaitPort("express", port, express);
        double[] rates = new double[Bench.RUNS];
        double[] cpu = new double[Bench.RUNS];
        double[] p99 = new double[Bench.RUNS];
        load(scope, port, WARM_UP);
        for (int run = 0; run < Bench.RUNS; run++) {
            double before = express.cpu();
            Load load = load(scope, port, SECONDS);
            cpu[run] = express.cpu() - before;
            rates[run] = load.perSecond();
            p99[run] = load.p99();
        }
        table.row(who, "/s", rates, cpu, express.peak(), "p99 " + Table.number(Table.median(p99)) + " ms");
        scope.end(express);
        double ratio = stored / Table.median(rates);
        table.goal("SQLite beside the hand-written receiver", "at least 3 x", Table.ratio(ratio), ratio >= 3);
    }

    private static Load load(Scope scope, int port, int seconds) throws Exception {
        Child wrk = wrk(scope, port, seconds);
        return result(scope, wrk, seconds);
    }

    /** Kills the product in the middle of a load; what wrk counted until then was acknowledged. */
    private static long loadAndKill(Scope scope, Product product) throws Exception {
        Child wrk = wrk(scope, product.port, 4);
        TimeUnit.SECONDS.sleep(2);
        product.kill();
        return result(scope, wrk, 4).acknowledged();
    }

    private static Child wrk(Scope scope, int port, int seconds) {
        String name = UUID.randomUUID().toString();
        return scope.start(
                "wrk",
                Map.of("RUN", name),
                List.of(
                        "wrk",
                        "-t1",
                        "-c" + CONNECTIONS,
                        "-d" + seconds + "s",
                        "--timeout",
                        "10s",
                        "-s",
                        Path.of("bench/receive.lua").toAbsolutePath().toString(),
                        "http://127.0.0.1:" + port + "/callbacks/suno/" + Product.TOKEN));
    }

    private static Load result(Scope scope, Child wrk, int seconds) throws Exception {
        if (!wrk.process.waitFor(seconds + 20, TimeUnit.SECONDS) || wrk.process.exitValue() != 0) {
            throw new IllegalStateException("wrk failed: " + wrk.said());
        }
        scope.end(wrk);
        String said = wrk.said();
        double accepted = figure(said, "accepted");
        double refused = figure(said, "refused");
        double answered = accepted + figure(said, "duplicate") + refused;
        double perSecond = answered == 0 ? 0 : figure(said, "per second") * accepted / answered;
        return new Load((long) accepted, (long) refused, perSecond, figure(said, "p99"));
    }

    /** The number after a word in what receive.lua says at the end. */
    private static double figure(String said, String word) {
        Matcher matcher = Pattern.compile("\\b" + word + " ([0-9.]+)").matcher(said);
        if (!matcher.find()) {
            throw new IllegalStateException("wrk did not say " + word + ": " + said);
        }
        return Double.parseDouble(matcher.group(1));
    }

    private static long rows(String database) throws Exception {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM callback")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** As durable as PostgreSQL is by default; the embedded one would otherwise not sync. */
    static EmbeddedPostgres postgres() throws java.io.IOException {
        return EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
    }
}
