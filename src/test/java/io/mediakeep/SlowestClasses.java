package io.mediakeep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Says at the end of a build which classes of tests took longest, from the reports of this build. */
final class SlowestClasses {
    private static final int MANY = 10;
    private static final Pattern SUITE =
            Pattern.compile("<testsuite [^>]*\\bname=\"([^\"]+)\"[^>]*\\btime=\"([0-9.,]+)\"");

    private SlowestClasses() {}

    private record Suite(String name, double seconds) {}

    /** @param arguments when the build began, as {@code 2026-01-02T03:04:05Z}, and the directories of the reports */
    public static void main(String... arguments) throws IOException {
        List<Suite> suites = new ArrayList<>();
        for (String directory : List.of(arguments).subList(1, arguments.length)) {
            suites.addAll(read(Path.of(directory), Instant.parse(arguments[0])));
        }
        suites.sort(Comparator.comparingDouble(Suite::seconds).reversed());
        System.out.println("Slowest classes of tests:");
        suites.stream()
                .limit(MANY)
                .forEach(suite -> System.out.printf(Locale.ROOT, "%8.1f s  %s%n", suite.seconds(), suite.name()));
    }

    private static List<Suite> read(Path directory, Instant began) throws IOException {
        List<Suite> suites = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return suites;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("TEST-[^$]+\\.xml"))
                    .toList()) {
                Matcher suite = SUITE.matcher(Files.readString(file));
                if (!Files.getLastModifiedTime(file).toInstant().isBefore(began) && suite.find()) {
                    suites.add(new Suite(
                            suite.group(1), Double.parseDouble(suite.group(2).replace(",", ""))));
                }
            }
        }
        return suites;
    }
}
