package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The SQL for PostgreSQL stays within what docs/examples/several-nodes.md says of it. Keywords are those words that are all capitals. */
class SqlSubsetTest {
    private static final Path RESOURCES = Path.of("src/main/resources/io/mediakeep");
    private static final Path DOCUMENT = Path.of("docs/examples/several-nodes.md");
    private static final Pattern KEYWORD = Pattern.compile("(?<![:\\w$])[A-Z]{2,}(?!\\w)");
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    /** Plain SQL that every database has, also where queries are put together in Java. */
    private static final Set<String> PLAIN = Set.of(
            "SELECT",
            "FROM",
            "WHERE",
            "GROUP",
            "BY",
            "ORDER",
            "DESC",
            "ASC",
            "HAVING",
            "AS",
            "DISTINCT",
            "JOIN",
            "LEFT",
            "ON",
            "IN",
            "NOT",
            "NULL",
            "IS",
            "AND",
            "OR",
            "LIKE",
            "BETWEEN",
            "LIMIT",
            "INTO",
            "ALTER",
            "TABLE",
            "ADD",
            "COLUMN",
            "DROP",
            "UNION",
            "ALL");

    @Test
    void usesNothingThatTheDocumentDoesNotName() throws IOException {
        Set<String> named = named();
        List<String> foreign = new ArrayList<>();
        for (Path file : files()) {
            Set<String> words = keywords(Files.readString(file));
            words.removeAll(named);
            words.removeAll(PLAIN);
            words.forEach(word -> foreign.add(file.getFileName() + ": " + word));
        }
        assertThat(foreign).as("SQL that %s does not name", DOCUMENT).isEmpty();
    }

    @Test
    void namesNothingThatIsNotUsed() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path file : files()) {
            used.addAll(keywords(Files.readString(file)));
        }
        assertThat(used).containsAll(named());
    }

    @Test
    void callsNoFunctionOfPostgresqlAlone() throws IOException {
        for (Path file : files()) {
            assertThat(statements(Files.readString(file)))
                    .as(file.toString())
                    .doesNotContainPattern("(?i)\\bpg_|::|\\bnow\\(|\\bnextval|\\bgen_random|->>|\\$\\$|\\bilike\\b");
        }
    }

    /** All words in capitals in the table of constructs. */
    private static Set<String> named() throws IOException {
        String section = Files.readString(DOCUMENT).split("## Databases that speak PostgreSQL")[1];
        return section.lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> line.split("\\|")[1])
                .flatMap(cell -> CODE.matcher(cell).results().map(code -> code.group(1)))
                .flatMap(code -> keywords(code).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> keywords(String sql) {
        Set<String> words = new TreeSet<>();
        Matcher matcher = KEYWORD.matcher(statements(sql));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    /** Without comments and texts. */
    private static String statements(String sql) {
        return sql.replaceAll("--[^\n]*", "").replaceAll("'[^']*'", "''");
    }

    /** What is for both databases, and what is for PostgreSQL. */
    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String directory : List.of("sql", "sql/postgresql", "migration/postgresql")) {
            try (Stream<Path> found = Files.list(RESOURCES.resolve(directory))) {
                found.filter(file -> file.toString().endsWith(".sql")).forEach(files::add);
            }
        }
        assertThat(files).hasSizeGreaterThan(40);
        return files;
    }
}
