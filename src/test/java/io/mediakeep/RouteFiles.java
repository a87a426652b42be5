package io.mediakeep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The route files that a user has in the working directory: all but those of the demo. */
public final class RouteFiles {
    private static final List<Path> FOLDERS = List.of(Path.of("routes"), Path.of("routes", "providers"));

    private RouteFiles() {}

    /** Relative to the working directory, in the order of their names. */
    public static List<Path> all() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : FOLDERS) {
            try (Stream<Path> found = Files.list(folder)) {
                found.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        return files;
    }

    /** Copies them to the same places below another folder. */
    public static void copyTo(Path folder) throws IOException {
        for (Path file : all()) {
            Path copy = folder.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
    }
}
