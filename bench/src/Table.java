import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What one part of the benchmark found: rows of figures, and how they stand against the goals. */
final class Table {
    final String part;
    final String title;
    final List<String> rows = new ArrayList<>();
    final List<String> goals = new ArrayList<>();
    final List<String> notes = new ArrayList<>();

    Table(String part, String title) {
        this.part = part;
        this.title = title;
    }

    /**
     * @param runs each run's figure, in the unit of {@code unit}; the row shows their median
     * @param cpu  CPU seconds of the process of a run, in the same order; empty: not taken
     * @param peak peak resident memory in MB, 0: not taken
     */
    void row(String who, String unit, double[] runs, double[] cpu, double peak, String remark) {
        rows.add("| %s | %s %s | %s | %s | %s | %s |"
                .formatted(
                        who,
                        number(median(runs)),
                        unit,
                        runs.length > 9 ? runs.length + " runs" : list(runs),
                        cpu.length == 0 ? "" : number(median(cpu)),
                        peak == 0 ? "" : number(peak),
                        remark));
        System.out.println(rows.get(rows.size() - 1));
    }

    /** Says why a row has no figures. */
    void absent(String who, String why) {
        rows.add("| %s | not measured | | | | %s |".formatted(who, why.replaceAll("[|\\s]+", " ")));
        System.out.println(rows.get(rows.size() - 1));
    }

    void goal(String what, String wanted, String measured, boolean reached) {
        goals.add("| %s | %s | %s | %s | %s |".formatted(part, what, wanted, measured, reached ? "yes" : "**no**"));
        System.out.println(goals.get(goals.size() - 1));
    }

    void note(String note) {
        notes.add(note);
    }

    String markdown() {
        StringBuilder text = new StringBuilder("### " + title + "\n\n");
        text.append("| Who | Median | Runs | CPU s | Peak MB | Remark |\n| --- | --- | --- | --- | --- | --- |\n");
        rows.forEach(row -> text.append(row).append('\n'));
        notes.forEach(note -> text.append('\n').append(note).append('\n'));
        return text.toString();
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static double max(double... values) {
        return Arrays.stream(values).max().orElse(0);
    }

    /** Three digits that matter, without exponents. */
    static String number(double value) {
        if (value >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }

    static String ratio(double value) {
        return number(value) + " x";
    }

    private static String list(double[] values) {
        return String.join(", ", Arrays.stream(values).mapToObj(Table::number).toList());
    }
}
