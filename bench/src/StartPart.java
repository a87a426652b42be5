import java.nio.file.Files;
import java.nio.file.Path;

/** From the start of the process to the first 200 of /observe/health/ready, each time with a new ledger. */
final class StartPart implements Bench.Part {
    private static final int STARTS = Bench.QUICK ? 1 : 5;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        Path archive = scope.folder.resolve("mediakeep.jsa");
        start(scope, "-XX:ArchiveClassesAtExit=" + archive);
        if (!Files.exists(archive)) {
            throw new IllegalStateException("the JVM wrote no archive of classes");
        }
        double[][] plain = new double[2][STARTS];
        double[][] shared = new double[2][STARTS];
        double peak = 0;
        // In turn, so that what else the machine does meets both.
        for (int i = 0; i < STARTS; i++) {
            double[] one = start(scope);
            double[] other = start(scope, "-XX:SharedArchiveFile=" + archive, "-Xshare:auto");
            for (int figure = 0; figure < 2; figure++) {
                plain[figure][i] = one[figure];
                shared[figure][i] = other[figure];
            }
            peak = Math.max(peak, one[2]);
        }
        table.row("`java -jar mediakeep.jar`", "s", plain[0], plain[1], peak, "");
        table.row(
                "the same with an archive of its classes",
                "s",
                shared[0],
                shared[1],
                0,
                "docs/operations.md, Start-up");
        double seconds = Table.median(shared[0]);
        table.goal(
                "process start to ready",
                "at most 2.5 s",
                Table.number(seconds) + " s with the archive, " + Table.number(Table.median(plain[0])) + " s without",
                seconds <= 2.5);
    }

    /** Wall, CPU, peak memory. */
    private static double[] start(Scope scope, String... options) throws Exception {
        Product product = new Product(scope, "product");
        long begin = System.nanoTime();
        product.start(options);
        double wall = (System.nanoTime() - begin) / 1e9;
        double[] figures = {wall, product.process().cpu(), product.process().peak()};
        product.stop();
        return figures;
    }
}
