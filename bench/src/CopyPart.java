import java.time.Duration;
import java.util.Map;

/** One large file: the product beside rclone and pipes of curl. */
final class CopyPart implements Bench.Part {
    private static final long SIZE = Bench.QUICK ? 64 << 20 : 1 << 30;

    private static final int WARM_UP = Bench.QUICK ? 1 : 3;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        table.note(
                "The product is a service, so its first copies are not counted; the peers are commands, and start each time.");
        Origin origin = new Origin(scope);
        StorageProcess storage = new StorageProcess(scope);
        String url = origin.noise("large/large.mp4", SIZE);
        double[] product =
                measure(scope, table, storage, url, "as shipped: SHA-256 recorded, not signed on loopback", Map.of());
        measure(
                scope,
                table,
                storage,
                url,
                "with a copy onto itself for the metadata",
                Map.of("mediakeep.storage.late-checksum", "copy"));
        measure(scope, table, storage, url, "no SHA-256, but a CRC32C", Map.of("mediakeep.copy.checksum", "crc32c"));
        measure(scope, table, storage, url, "payload signed too", Map.of("mediakeep.storage.sign-payload", true));

        Peers peers = new Peers(scope, storage, table);
        double[] rclone = peers.measure(
                "rclone",
                "`rclone copy --http-url`",
                "rclone copy --http-url " + origin.url("large/") + " :http: s3:media/peer");
        peers.measure("rclone", "`rclone copyurl`", "rclone copyurl " + url + " s3:media/peer/large.mp4");
        peers.measure("aws", "`curl \\| aws s3 cp -`", "curl -sS " + url + " | aws s3 cp - s3://media/peer/large.mp4");
        peers.measure("s5cmd", "`curl \\| s5cmd pipe`", "curl -sS " + url + " | s5cmd pipe s3://media/peer/large.mp4");

        if (rclone.length == 2) {
            double walls = product[0] / rclone[0];
            double cpus = product[1] / rclone[1];
            table.goal("1 GiB, wall, with SHA-256", "at most 0.5 x `rclone copy`", Table.ratio(walls), walls <= 0.5);
            table.goal("1 GiB, CPU of the product", "at most 0.75 x `rclone copy`", Table.ratio(cpus), cpus <= 0.75);
        }
    }

    /** Median wall and CPU seconds from the callback to the stored object. */
    private static double[] measure(
            Scope scope, Table table, StorageProcess storage, String url, String how, Map<String, Object> settings)
            throws Exception {
        double[] wall = new double[Bench.RUNS];
        double[] cpu = new double[Bench.RUNS];
        double[] server = new double[Bench.RUNS];
        Product product = new Product(scope, "product").storage(storage).signedKling();
        settings.forEach(product::set);
        String checksum =
                settings.getOrDefault("mediakeep.copy.checksum", "sha256").toString();
        product.start();
        // A service is warm, and so is the S3 server for all who follow.
        for (int i = 0; i < WARM_UP; i++) {
            product.klingCallback("warm-up-" + i, url);
            product.awaitStored(i + 1, Duration.ofSeconds(120));
            storage.empty();
        }
        for (int run = 0; run < Bench.RUNS; run++) {
            storage.empty();
            double before = product.process().cpu();
            double serverBefore = storage.child.cpu();
            long sent = System.currentTimeMillis();
            product.klingCallback("large-" + run, url);
            product.awaitStored(WARM_UP + run + 1, Duration.ofSeconds(120));
            wall[run] = (product.storedAt("kling", "large-" + run, checksum) - sent) / 1e3;
            cpu[run] = product.process().cpu() - before;
            server[run] = storage.child.cpu() - serverBefore;
        }
        table.row("Mediakeep, " + how, "s", wall, cpu, product.process().peak(), served(server));
        product.stop();
        return new double[] {Table.median(wall), Table.median(cpu)};
    }

    static String served(double[] server) {
        return "CPU of the S3 server: " + Table.number(Table.median(server)) + " s";
    }
}
