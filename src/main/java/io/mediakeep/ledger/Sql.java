package io.mediakeep.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The statements under {@code io/mediakeep/sql}: one of the dialect's folder, else the common one. Thread-safe. */
final class Sql {
    private final Map<String, String> statements = new ConcurrentHashMap<>();
    private final String dialect;

    Sql(String dialect) {
        this.dialect = dialect;
    }

    /** @param name file name without {@code .sql} */
    String get(String name) {
        return statements.computeIfAbsent(name, this::load);
    }

    private String load(String name) {
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
