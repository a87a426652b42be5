/** Runs what people use today, as they would type it. */
final class Peers {
    private final Scope scope;
    private final StorageProcess storage;
    private final Table table;

    Peers(Scope scope, StorageProcess storage, Table table) {
        this.scope = scope;
        this.storage = storage;
        this.table = table;
    }

    /**
     * Adds a row, each run into an empty bucket.
     *
     * @return median wall and CPU seconds, empty if the peer could not be measured
     */
    double[] measure(String tool, String who, String line) throws Exception {
        if (!Scope.has(tool)) {
            table.absent(who, tool + " cannot be had here");
            return new double[0];
        }
        double[] wall = new double[Bench.RUNS];
        double[] cpu = new double[Bench.RUNS];
        double[] server = new double[Bench.RUNS];
        try {
            for (int run = 0; run < Bench.RUNS; run++) {
                storage.empty();
                double before = storage.child.cpu();
                Scope.Took took = scope.shell(storage.environment(), line);
                wall[run] = took.wall();
                cpu[run] = took.cpu();
                server[run] = storage.child.cpu() - before;
            }
        } catch (IllegalStateException e) {
            table.absent(who, e.getMessage());
            return new double[0];
        }
        table.row(who, "s", wall, cpu, 0, CopyPart.served(server));
        return new double[] {Table.median(wall), Table.median(cpu)};
    }
}
