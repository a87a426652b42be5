package io.mediakeep.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The statements under {@code io/mediakeep/sql}: one of the dialect's folder, else the common one. Thread-safe. */
public final class Sql {
    /** A quoted text, a cast, or a named parameter; only the last one has a group. */
    private static final Pattern PARAMETER = Pattern.compile("'[^']*'|::|:([a-z_][a-z_0-9]*)");

    private final Map<String, Statements.Sentence> statements = new ConcurrentHashMap<>();
    private final String dialect;

    public Sql(String dialect) {
        this.dialect = dialect;
    }

    /** @param name file name without {@code .sql} */
    public Statements.Sentence sentence(String name) {
        Statements.Sentence known = statements.get(name);
        return known != null ? known : statements.computeIfAbsent(name, n -> parse(n, get(n)));
    }

    static Statements.Sentence parse(String name, String text) {
        List<String> parameters = new ArrayList<>();
        String sql = PARAMETER.matcher(text).replaceAll(found -> {
            if (found.group(1) == null) {
                return Matcher.quoteReplacement(found.group());
            }
            parameters.add(found.group(1));
            return "?";
        });
        return new Statements.Sentence(name, sql, List.copyOf(parameters));
    }

    /** The text with its named parameters. */
    public String get(String name) {
        String root = "/io/mediakeep/sql/";
        try (InputStream special = Sql.class.getResourceAsStream(root + dialect + "/" + name + ".sql");
                InputStream common = Sql.class.getResourceAsStream(root + name + ".sql")) {
            InputStream in = special != null ? special : common;
            if (in == null) {
                throw new IllegalArgumentException("no SQL statement '" + name + "' for " + dialect);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("--"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
