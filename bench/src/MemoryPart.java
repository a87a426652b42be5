import java.time.Duration;

/** Large results in a small heap. The S3 server discards what it reads, so the disk is not what is measured. */
final class MemoryPart implements Bench.Part {
    private static final long GIB = 1L << 30;
    private static final int LARGE = Bench.QUICK ? 1 : 20;
    private static final int MANY = Bench.QUICK ? 2 : 16;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        table.note("The file has holes instead of content, and S3Proxy's null store reads and forgets the bodies.");
        Origin origin = new Origin(scope);
        StorageProcess storage = new StorageProcess(scope, "discard");
        String url = origin.hollow("gib.mp4", GIB);
        String large = origin.hollow("large.mp4", LARGE * GIB);

        copies(scope, table, storage, MANY + " copies of 1 GiB at a time", url, MANY, "-Xmx256m");
        copies(
                scope,
                table,
                storage,
                MANY + " copies, a small young generation",
                url,
                MANY,
                "-Xmx256m",
                "-Xms64m",
                "-Xmn24m");
        copies(scope, table, storage, "1 copy of " + LARGE + " GiB", large, 1, "-Xmx256m");
    }

    private static void copies(
            Scope scope, Table table, StorageProcess storage, String what, String url, int count, String... options)
            throws Exception {
        Product product = new Product(scope, "product")
                .storage(storage)
                .signedKling()
                .set("mediakeep.copy.concurrency", Math.max(8, count))
                .start(options);
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            product.klingCallback("memory-" + i, url);
        }
        product.awaitStored(count, Duration.ofSeconds(280));
        double seconds = (System.nanoTime() - begin) / 1e9;
        double peak = product.process().peak();
        table.row(
                what,
                "s",
                new double[] {seconds},
                new double[] {product.process().cpu()},
                peak,
                String.join(" ", options));
        table.goal(
                what + ", " + String.join(" ", options),
                "resident below 450 MB",
                Table.number(peak) + " MB",
                peak < 450);
        product.stop();
    }
}
