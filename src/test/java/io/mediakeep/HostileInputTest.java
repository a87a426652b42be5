package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every case of docs/hostile-input.md is the name of a test, or the document says where it is or why it is not. */
class HostileInputTest {
    private static final Path DOCUMENT = Path.of("docs/hostile-input.md");
    private static final Map<Character, Integer> SECTIONS =
            Map.of('A', 36, 'B', 29, 'C', 19, 'D', 29, 'E', 30, 'F', 14, 'G', 28, 'H', 16, 'I', 9, 'J', 8);
    private static final Pattern CASE = Pattern.compile("[A-J]\\d\\d");
    /** A literal or a line of a text block that begins with a case, or a method that is named after some. */
    private static final Pattern NAMED = Pattern.compile(
            "\"([A-J]\\d\\d(?: [A-J]\\d\\d)*)(?=[ ,|\"])"
                    + "|^\\s+([A-J]\\d\\d)\\s*\\|"
                    + "|void ([a-j]\\d\\d(?:And|[A-J]\\d\\d)*)",
            Pattern.MULTILINE);

    private static final Pattern METHOD = Pattern.compile("`(\\w+)#(\\w+)`");

    @Test
    void everyCaseHasATestOrALine() throws IOException {
        Set<String> known = new TreeSet<>(casesOf(rows()));
        for (String source : sources().values()) {
            Matcher named = NAMED.matcher(withoutComments(source));
            while (named.find()) {
                known.addAll(casesOf(named.group().toUpperCase(Locale.ROOT)));
            }
        }
        Set<String> all = new TreeSet<>();
        SECTIONS.forEach((letter, count) -> {
            for (int i = 1; i <= count; i++) {
                all.add(String.format("%s%02d", letter, i));
            }
        });
        assertThat(all).hasSize(218);
        assertThat(known).containsAll(all);
    }

    @Test
    void theTestsThatTheDocumentNamesAreThere() throws IOException {
        Map<String, String> sources = sources();
        Matcher method = METHOD.matcher(Files.readString(DOCUMENT));
        int found = 0;
        while (method.find()) {
            assertThat(sources.getOrDefault(method.group(1), ""))
                    .as(method.group())
                    .contains("void " + method.group(2) + "(");
            found++;
        }
        assertThat(found).isGreaterThan(10);
    }

    /** The rows below the two headings; the overview names whole sections, which proves nothing. */
    private static String rows() throws IOException {
        String text = Files.readString(DOCUMENT);
        StringBuilder cases = new StringBuilder();
        text.substring(text.indexOf("## Cases that are tested"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .forEach(line -> cases.append(line.split("\\|")[1]).append('\n'));
        return cases.toString();
    }

    private static List<String> casesOf(String text) {
        return CASE.matcher(text)
                .results()
                .map(java.util.regex.MatchResult::group)
                .toList();
    }

    private static String withoutComments(String source) {
        return source.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)^\\s*//.*$", "");
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                try {
                    String name = file.getFileName().toString();
                    sources.put(name.substring(0, name.length() - 5), Files.readString(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return sources;
    }
}
