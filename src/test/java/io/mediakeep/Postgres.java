package io.mediakeep;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The PostgreSQL server of this process of tests: started by the first that asks, with a database for each, and stopped
 * when the process ends. Run by root, it starts in a user namespace of its own. Who stops a server, or breaks it, starts one of its own. Thread-safe.
 */
public final class Postgres {
    public static final String USER = "postgres";
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static EmbeddedPostgres server;

    private Postgres() {}

    public static synchronized EmbeddedPostgres server() {
        if (server == null) {
            try {
                Path directory = Scratch.directory("postgres");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(directory)));
                server = EmbeddedPostgres.builder()
                        .setDataDirectory(directory.resolve("data"))
                        .setCleanDataDirectory(false)
                        .setRegisterShutdownHook(false)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return server;
    }

    /** The URL of a new, empty database. */
    public static String fresh() {
        return url("fresh_" + NUMBER.incrementAndGet());
    }

    /** The URL of the database of that name, which is made if it is not there. */
    public static String url(String name) {
        try (Connection connection = server().getPostgresDatabase().getConnection();
                Statement sql = connection.createStatement();
                ResultSet known = sql.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
            if (!known.next()) {
                sql.execute("CREATE DATABASE " + name);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return server().getJdbcUrl(USER, name);
    }

    private static void stop(Path directory) {
        try {
            server.close();
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        } catch (IOException e) {
            System.err.println("the PostgreSQL server of the tests stays: " + e);
        }
    }
}
