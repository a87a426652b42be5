import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One, two and three processes on one PostgreSQL, bound by distance and not by this machine. */
final class NodesPart implements Bench.Part {
    private static final int ROUND_TRIP = 150;
    private static final double RATE = 20e6;
    private static final int CONCURRENCY = 3;
    private static final int WARM_UP = Bench.QUICK ? 2 : 600;
    private static final int FILES = Bench.QUICK ? 4 : 90;
    private static final int SIZE = 5_000_000;
    private static final int WARM_UP_SIZE = 200_000;
    private static final int NODES = 3;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        table.note(
                "Files of 5 MB, %d copies at a time on each node; origin and storage are behind a proxy with a round trip of %d ms and 20 MB/s per connection. Each node is warm: %d small files from near before."
                        .formatted(CONCURRENCY, ROUND_TRIP, WARM_UP));
        Origin origin = new Origin(scope);
        StorageProcess storage = new StorageProcess(scope);
        origin.noise("clip.mp4", SIZE);
        origin.noise("small.mp4", WARM_UP_SIZE);
        Shaper farOrigin = new Shaper(scope, origin.port, ROUND_TRIP, RATE);
        Shaper farStorage = new Shaper(scope, storage.port, ROUND_TRIP, RATE);
        String source = "http://127.0.0.1:" + farOrigin.port();
        EmbeddedPostgres postgres = scope.own(ReceivePart.postgres());

        double[] rates = new double[NODES];
        for (int count = 1; count <= NODES; count++) {
            try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
                connection.createStatement().execute("CREATE DATABASE nodes" + count);
            }
            List<Product> nodes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Product node = new Product(scope, "node")
                        .storage(storage)
                        .set("mediakeep.storage.endpoint", "http://127.0.0.1:" + farStorage.port())
                        .signedKling()
                        .set("mediakeep.node", "node-" + i)
                        .set("mediakeep.copy.concurrency", CONCURRENCY)
                        .set("mediakeep.ledger.url", postgres.getJdbcUrl("postgres", "nodes" + count));
                nodes.add(node.start("-Xmx256m"));
            }
            copies(nodes, "warm-" + count, source + "/small.mp4", WARM_UP * count, 0);
            farOrigin.begin();
            farStorage.begin();
            double before = cpu(nodes);
            long begin = System.currentTimeMillis();
            copies(nodes, "file-" + count, source + "/clip.mp4", FILES * count, WARM_UP * count);
            double used = cpu(nodes) - before;
            long end = 0;
            for (int i = 0; i < FILES * count; i++) {
                end = Math.max(end, nodes.get(0).storedAt("kling", "file-" + count + "-" + i));
            }
            double seconds = (end - begin) / 1e3;
            rates[count - 1] = FILES * count * (SIZE / 1e6) / seconds;
            double peak = 0;
            for (Product node : nodes) {
                peak = Math.max(peak, node.process().peak());
            }
            table.row(
                    count + (count == 1 ? " process" : " processes"),
                    "MB/s",
                    new double[] {rates[count - 1]},
                    new double[] {used},
                    peak,
                    Table.ratio(rates[count - 1] / rates[0]) + " of one; CPU of all, peak of the largest");
            farOrigin.end();
            farStorage.end();
            for (Product node : nodes) {
                node.stop();
            }
        }
        table.goal("2 nodes", "at least 1.9 x", Table.ratio(rates[1] / rates[0]), rates[1] / rates[0] >= 1.9);
        table.goal("3 nodes", "at least 2.8 x", Table.ratio(rates[2] / rates[0]), rates[2] / rates[0] >= 2.8);
    }

    private static double cpu(List<Product> nodes) {
        return nodes.stream().mapToDouble(node -> node.process().cpu()).sum();
    }

    /** Callbacks in turn to all nodes, then waits until all of them together have stored so many more. */
    private static void copies(List<Product> nodes, String name, String url, int count, int before) throws Exception {
        for (int i = 0; i < count; i++) {
            nodes.get(i % nodes.size()).klingCallback(name + "-" + i, url);
        }
        Await.until(count + " stored by " + nodes.size() + " nodes", Duration.ofSeconds(120), Product.GLANCE, () -> {
            int stored = 0;
            for (Product node : nodes) {
                stored += node.stored();
            }
            return stored >= before + count;
        });
    }
}
