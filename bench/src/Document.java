import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * docs/performance.md. What stands between the comments {@code bench:NAME} and {@code /bench:NAME} is replaced; all the
 * rest is prose, and stays.
 */
final class Document {
    private final Path file;
    private String text;

    Document(Path file) throws IOException {
        this.file = file;
        text = Files.readString(file);
    }

    void replace(String name, String content) {
        int[] place = place(name);
        text = text.substring(0, place[0]) + "\n" + content.strip() + "\n" + text.substring(place[1]);
    }

    /** Replaces the goals of one part and keeps those of the others, in the order of the parts. */
    void goals(String part, List<String> rows, List<String> order) {
        int[] place = place("goals");
        List<String> known = text.substring(place[0], place[1])
                .lines()
                .filter(line -> line.startsWith("| "))
                .toList();
        List<String> all = new ArrayList<>(
                List.of("| Part | What | Goal | Measured | Reached |", "| --- | --- | --- | --- | --- |"));
        for (String each : order) {
            if (each.equals(part)) {
                all.addAll(rows);
            } else {
                known.stream()
                        .filter(line -> line.startsWith("| " + each + " |"))
                        .forEach(all::add);
            }
        }
        replace("goals", String.join("\n", all));
    }

    void write() throws IOException {
        Files.writeString(file, text);
    }

    private int[] place(String name) {
        String begin = "<!-- bench:" + name + " -->";
        int from = text.indexOf(begin);
        int to = text.indexOf("<!-- /bench:" + name + " -->");
        if (from < 0 || to < from) {
            throw new IllegalStateException(file + " lacks the comments bench:" + name + " and /bench:" + name);
        }
        return new int[] {from + begin.length(), to};
    }
}
