import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Merges, claims and pages on ledgers of growing size: {@code io.mediakeep.ledger.LedgerBench}, on SQLite. */
final class MergePart implements Bench.Part {
    private static final List<String> SIZES = Bench.QUICK ? List.of("1000", "10000") : List.of("100000", "1000000");

    @Override
    public void run(Scope scope, Table table) throws Exception {
        table.note("On SQLite, beside each other a ledger of " + String.join(" and one of ", SIZES)
                + " tasks. For PostgreSQL see docs/scale.md.");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + scope.folder,
                "-Dlog4j2.configurationFile="
                        + Path.of("bench/log4j2.properties").toAbsolutePath(),
                "-cp",
                Bench.classPath(),
                "io.mediakeep.ledger.LedgerBench"));
        command.addAll(SIZES);
        command.add("sqlite");
        Child child = scope.start("ledger", Map.of(), command);
        if (!child.process.waitFor(Bench.QUICK ? 900 : 230, TimeUnit.SECONDS) || child.process.exitValue() != 0) {
            throw new IllegalStateException("LedgerBench did not end well: " + child.said());
        }
        // Step, then medians in ms (and CPU) in the order of the sizes, then the growth of CPU per tenfold ledger.
        Map<String, double[]> steps = new LinkedHashMap<>();
        child.lines()
                .filter(line -> line.matches("\\| [^|]+( \\| *([0-9.,]+|NaN)( \\([0-9.,]+\\))?)+ *\\|\\s*"))
                .forEach(line -> {
                    String[] cells = line.strip().split("\\|");
                    steps.put(
                            cells[1].strip(),
                            Stream.of(cells)
                                    .skip(2)
                                    .mapToDouble(MergePart::number)
                                    .toArray());
                });
        if (steps.isEmpty()) {
            throw new IllegalStateException("LedgerBench printed no table: " + child.said());
        }
        steps.forEach((step, figures) -> table.row(
                step,
                "ms",
                new double[] {figures[SIZES.size() - 1]},
                new double[0],
                0,
                Table.number(figures[0]) + " ms on the smaller one"
                        + (Double.isNaN(figures[SIZES.size()])
                                ? ""
                                : ", CPU grows " + Table.ratio(figures[SIZES.size()]))));
        goals(table, steps);
    }

    private static void goals(Table table, Map<String, double[]> steps) {
        int million = SIZES.size() - 1;
        double[] fresh = steps.get("merge a page of 100 new tasks");
        double[] ended = steps.get("merge a page of 100 that ended");
        double[] known = steps.get("merge a page of 100 known tasks");
        double[] claim = steps.get("claim 8 media, p99");
        if (fresh != null && ended != null) {
            double perSecond = 100_000 / Math.max(fresh[million], ended[million]);
            table.goal(
                    "task events merged from list pages",
                    "at least 5,000 a second",
                    Table.number(perSecond) + " a second",
                    perSecond >= 5000);
        }
        if (known != null) {
            table.goal(
                    "a page of 100 known tasks",
                    "at most 5 ms",
                    Table.number(known[million]) + " ms",
                    known[million] <= 5);
        }
        if (claim != null) {
            table.goal(
                    "claim of 8 due media, p99 of 400",
                    "at most 5 ms",
                    Table.number(claim[million]) + " ms",
                    claim[million] <= 5);
        }
        double growth = steps.entrySet().stream()
                .filter(step ->
                        step.getKey().startsWith("merge ") || step.getKey().equals("claim 20 media"))
                .mapToDouble(step -> step.getValue()[SIZES.size()])
                .max()
                .orElse(0);
        table.goal("cost of a merge or claim in a tenfold ledger", "at most 1.2 x", Table.ratio(growth), growth <= 1.2);
    }

    private static double number(String cell) {
        return Double.parseDouble(cell.strip().replaceFirst(" .*", "").replace(",", ""));
    }
}
