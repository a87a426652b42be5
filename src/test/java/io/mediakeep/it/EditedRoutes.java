package io.mediakeep.it;

import io.mediakeep.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A copy of the shipped routes in one folder, in which steps are taken out or put in. */
final class EditedRoutes {
    private final Map<String, String> files = new LinkedHashMap<>();

    /** @param more files beside those of {@code routes/} */
    EditedRoutes(Path... more) {
        try {
            for (Path file :
                    Stream.concat(RouteFiles.all().stream(), Stream.of(more)).toList()) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes out the step with this id. */
    EditedRoutes without(String id) {
        String file = fileOf(id);
        List<String> lines = new ArrayList<>(files.get(file).lines().toList());
        int[] step = step(lines, id);
        lines.subList(step[0], step[1]).clear();
        files.put(file, String.join("\n", lines) + "\n");
        return this;
    }

    /** Puts steps behind the one with this id. */
    EditedRoutes after(String id, String steps) {
        String file = fileOf(id);
        List<String> lines = new ArrayList<>(files.get(file).lines().toList());
        int[] step = step(lines, id);
        int indent = indent(lines.get(step[0]));
        lines.addAll(
                step[1], steps.lines().map(line -> " ".repeat(indent) + line).toList());
        files.put(file, String.join("\n", lines) + "\n");
        return this;
    }

    private String fileOf(String id) {
        return files.entrySet().stream()
                .filter(f -> f.getValue().contains(" id: " + id + "\n"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no step has the id " + id));
    }

    /** Its first line, and the first one after it. */
    private static int[] step(List<String> lines, String id) {
        int at = lines.indexOf(lines.stream()
                .filter(line -> line.endsWith(" id: " + id))
                .findFirst()
                .orElseThrow());
        int inner = indent(lines.get(at));
        int begin = at;
        while (!(lines.get(begin).strip().startsWith("- ") && indent(lines.get(begin)) < inner)) {
            begin--;
        }
        int end = begin + 1;
        while (end < lines.size() && indent(lines.get(end)) > indent(lines.get(begin))) {
            end++;
        }
        return new int[] {begin, end};
    }

    /** Replaces a text that must be there. */
    EditedRoutes replace(String file, String text, String other) {
        if (!files.get(file).contains(text)) {
            throw new AssertionError(file + " does not hold: " + text);
        }
        files.put(file, files.get(file).replace(text, other));
        return this;
    }

    /** Lets the application load these instead of the shipped ones, and take up what is saved there while it runs. */
    Path reloadedBy(RunningMediakeep app) {
        into(app);
        Path directory = app.directory().resolve("routes");
        app.set("camel.main.routesReloadEnabled", "true")
                .set("camel.main.routesReloadDirectory", directory.toString())
                .set("camel.main.routesReloadPattern", "*.camel.yaml");
        return directory;
    }

    /** Lets the application load these instead of the shipped ones. */
    void into(RunningMediakeep app) {
        try {
            Path directory = Files.createDirectory(app.directory().resolve("routes"));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
            app.set("camel.main.routesIncludePattern", "file:" + directory + "/*.camel.yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int indent(String line) {
        return line.isBlank()
                ? Integer.MAX_VALUE
                : line.length() - line.stripLeading().length();
    }
}
