import java.time.Duration;
import java.util.Map;
import java.util.Random;

/** How soon a result is in the bucket: by a callback that has to be confirmed, and by a poll. */
final class LatencyPart implements Bench.Part {
    private static final int BY_CALLBACK = Bench.QUICK ? 3 : 30;
    private static final int BY_POLL = Bench.QUICK ? 2 : 15;
    private static final int INTERVAL = 2;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        Origin origin = new Origin(scope);
        StorageProcess storage = new StorageProcess(scope);
        Provider provider = new Provider(scope);
        String url = origin.noise("clip.mp4", 5_000_000);
        Product product = new Product(scope, "product")
                .storage(storage)
                .confirmed(provider)
                // The vendor's limit of 20 reads in 10 s is not what is measured.
                .set("mediakeep.suno.calls", 1000)
                .set("mediakeep.kling.enabled", true)
                .set("mediakeep.kling.api-url", provider.url())
                .set("mediakeep.kling.access-key", "access")
                .set("mediakeep.kling.secret-key", "secret-key-of-the-benchmark-0123456789")
                .set("mediakeep.kling.lists", Provider.LIST)
                .set("mediakeep.kling.poll-interval", INTERVAL + "s")
                .set("mediakeep.kling.media-hosts", "*")
                .start();

        int stored = 0;
        double[] callback = new double[BY_CALLBACK];
        // The first three are warm-up.
        for (int i = -3; i < BY_CALLBACK; i++) {
            String id = "callback-" + (i + 3);
            provider.finishSuno(id, url);
            long finished = System.currentTimeMillis();
            product.post(
                    "/callbacks/suno/" + Product.TOKEN,
                    Provider.JSON.writeValueAsString(Provider.sunoCallback(id, url)),
                    Map.of());
            product.awaitStored(++stored, Duration.ofSeconds(20));
            if (i >= 0) {
                callback[i] = product.storedAt("suno", id) - finished;
            }
        }
        table.row("by callback, confirmed by a read", "ms", callback, new double[0], 0, worst(callback));
        double median = Table.median(callback);
        table.goal("callback with confirm, median", "at most 250 ms", Table.number(median) + " ms", median <= 250);

        double[] poll = new double[BY_POLL];
        Random random = new Random(7);
        for (int i = 0; i < BY_POLL; i++) {
            Thread.sleep(random.nextInt(INTERVAL * 1000));
            String id = "poll-" + i;
            provider.finishKling(id, url);
            long finished = System.currentTimeMillis();
            product.awaitStored(++stored, Duration.ofSeconds(20));
            poll[i] = product.storedAt("kling", id) - finished;
        }
        table.row(
                "by a poll every " + INTERVAL + " s",
                "ms",
                poll,
                new double[0],
                product.process().peak(),
                worst(poll));
        double slowest = Table.max(poll);
        table.goal(
                "poll every " + INTERVAL + " s, slowest",
                "at most " + (INTERVAL * 1000 + 250) + " ms",
                Table.number(slowest) + " ms",
                slowest <= INTERVAL * 1000 + 250);
    }

    private static String worst(double[] values) {
        return "slowest " + Table.number(Table.max(values)) + " ms";
    }
}
