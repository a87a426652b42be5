package io.mediakeep.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A reason that somebody meets is known to the metrics and explained in the documentation. */
class ReasonsTest {
    private static final Pattern THROWN = Pattern.compile("(?:Final|Retryable|Refreshable)Failure\\(\\s*\"([a-z_]+)\"");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z_]+)` \\| (?:final|retry|wait|refresh|all|callback|task)");

    @Test
    void everyReasonThatIsThrownIsListed() throws IOException {
        Set<String> thrown = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher matcher = THROWN.matcher(Files.readString(file));
                while (matcher.find()) {
                    thrown.add(matcher.group(1));
                }
            }
        }
        Set<String> known = new TreeSet<>(Reasons.ofDeadLetters());
        known.addAll(Reasons.ofCopies());
        assertThat(thrown).hasSizeGreaterThan(20).isSubsetOf(known);
    }

    @Test
    void everyReasonOfADeadLetterIsExplained() throws IOException {
        Set<String> explained = new TreeSet<>();
        Matcher matcher = ROW.matcher(Files.readString(Path.of("docs/operations.md")));
        while (matcher.find()) {
            explained.add(matcher.group(1));
        }
        assertThat(explained).containsExactlyInAnyOrderElementsOf(new TreeSet<>(Reasons.ofDeadLetters()));
    }
}
