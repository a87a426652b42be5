import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many files of the size of a clip. */
final class SmallPart implements Bench.Part {
    private static final int FILES = Bench.QUICK ? 16 : 200;
    private static final int SIZE = 5_000_000;
    private static final int WARM_UP = Bench.QUICK ? 1 : 10;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        Origin origin = new Origin(scope);
        StorageProcess storage = new StorageProcess(scope);
        origin.noise("small/0.mp4", SIZE);
        for (int i = 1; i < FILES; i++) {
            Files.createLink(origin.files.resolve("small/" + i + ".mp4"), origin.files.resolve("small/0.mp4"));
        }

        table.note("The product is a service and warm: %d files before. The peers are commands, and start each time."
                .formatted(WARM_UP * FILES));
        double product = measure(scope, table, origin, storage, "Mediakeep, as shipped: SHA-256 recorded", "sha256");
        double light = measure(scope, table, origin, storage, "Mediakeep, a CRC32C alone", "crc32c");

        Peers peers = new Peers(scope, storage, table);
        String all = "'" + origin.url("small/") + "[0-" + (FILES - 1) + "].mp4'";
        double[] rclone = peers.measure(
                "rclone",
                "`rclone copy --http-url --transfers 8`, hashes nothing",
                "rclone copy --transfers 8 --http-url " + origin.url("small/") + " :http: s3:media/peer");
        String fetch = "rm -rf fetched; mkdir fetched; curl -sS -Z --parallel-max 8 -o 'fetched/#1.mp4' " + all + "; ";
        double[] aws = peers.measure(
                "aws",
                "`curl -Z`, then `aws s3 cp --recursive`",
                fetch + "aws s3 cp --quiet --recursive fetched s3://media/peer/");
        double[] s5cmd = peers.measure(
                "s5cmd",
                "`curl -Z`, then `s5cmd cp`",
                fetch + "s5cmd --numworkers 8 cp 'fetched/*' s3://media/peer/ >/dev/null");

        if (rclone.length == 2) {
            double ratio = product / rclone[0];
            table.goal(
                    "200 x 5 MB, wall, with SHA-256", "at most 1.2 x `rclone copy`", Table.ratio(ratio), ratio <= 1.2);
            double lighter = light / rclone[0];
            table.goal("the same with a CRC32C alone", "at most 1.0 x", Table.ratio(lighter), lighter <= 1.0);
        }
        for (double[] other : List.of(aws, s5cmd)) {
            if (other.length == 2) {
                double ratio = product / other[0];
                table.goal(
                        "with SHA-256",
                        "at most 0.5 x " + (other == aws ? "`aws s3 cp`" : "`s5cmd cp`"),
                        Table.ratio(ratio),
                        ratio <= 0.5);
            }
        }
    }

    /** Median seconds from the first callback to the last stored object. */
    private static double measure(
            Scope scope, Table table, Origin origin, StorageProcess storage, String who, String checksum)
            throws Exception {
        double[] wall = new double[Bench.RUNS];
        double[] cpu = new double[Bench.RUNS];
        double[] server = new double[Bench.RUNS];
        Product product = new Product(scope, "product")
                .storage(storage)
                .signedKling()
                .set("mediakeep.copy.concurrency", 8)
                .set("mediakeep.copy.checksum", checksum)
                .start();
        for (int i = 0; i < WARM_UP; i++) {
            callbacks(product, origin, "warm-up-" + i + "-");
            product.awaitStored((i + 1) * FILES, Duration.ofSeconds(60));
            storage.empty();
        }
        for (int run = 0; run < Bench.RUNS; run++) {
            storage.empty();
            double before = product.process().cpu();
            double serverBefore = storage.child.cpu();
            long sent = System.currentTimeMillis();
            callbacks(product, origin, "small-" + run + "-");
            product.awaitStored((WARM_UP + run + 1) * FILES, Duration.ofSeconds(60));
            cpu[run] = product.process().cpu() - before;
            server[run] = storage.child.cpu() - serverBefore;
            long last = 0;
            for (int i = 0; i < FILES; i++) {
                last = Math.max(last, product.storedAt("kling", "small-" + run + "-" + i, checksum));
            }
            wall[run] = (last - sent) / 1e3;
        }
        table.row(who, "s", wall, cpu, product.process().peak(), CopyPart.served(server));
        product.stop();
        return Table.median(wall);
    }

    private static void callbacks(Product product, Origin origin, String prefix) throws Exception {
        ExecutorService senders = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < FILES; i++) {
                int number = i;
                sent.add(senders.submit(() -> {
                    product.klingCallback(prefix + number, origin.url("small/" + number + ".mp4"));
                    return null;
                }));
            }
            for (Future<?> each : sent) {
                each.get();
            }
        } finally {
            senders.shutdownNow();
        }
    }
}
