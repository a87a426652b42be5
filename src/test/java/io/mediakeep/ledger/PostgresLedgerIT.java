package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.Postgres;
import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.Sql;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger on a PostgreSQL server. */
class PostgresLedgerIT extends LedgerContract {
    @TempDir
    static Path directory;

    @BeforeAll
    static void open() {
        open(PostgresLedgerIT::plain);
    }

    @Test
    void hasTheSameColumnsAsSqlite() throws Exception {
        Map<String, TreeSet<String>> here = new TreeMap<>();
        for (String column : ledger.texts("SELECT table_name || ' ' || column_name FROM information_schema.columns"
                + " WHERE table_schema = 'public' AND table_name <> 'migration'")) {
            here.computeIfAbsent(column.split(" ")[0], t -> new TreeSet<>()).add(column.split(" ")[1]);
        }
        Map<String, TreeSet<String>> there = new TreeMap<>();
        try (Database sqlite = TestLedger.open("jdbc:sqlite:" + directory.resolve("columns.db"), "nobody");
                Connection connection = sqlite.open();
                var rows = connection
                        .createStatement()
                        .executeQuery("SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c"
                                + " WHERE t.type = 'table' AND t.name NOT IN ('migration', 'sqlite_sequence')")) {
            while (rows.next()) {
                there.computeIfAbsent(rows.getString(1), t -> new TreeSet<>()).add(rows.getString(2));
            }
        }

        assertThat(here).isNotEmpty().isEqualTo(there);
    }

    @Test
    void aConnectionThatBrokeWhileItWasIdleIsReplaced() {
        ledger.callbacks.record("vidu", "before", true, new byte[] {1});
        killOthers();

        assertThat(ledger.callbacks.record("vidu", "after", true, new byte[] {1}))
                .isTrue();
    }

    @Test
    void aConnectionThatBreaksInAWriteFailsOnlyThatWrite() {
        assertThatThrownBy(() -> ledger.ledger.write(h -> {
                    h.execute("DELETE FROM poll");
                    return h.createQuery("SELECT pg_terminate_backend(pg_backend_pid())")
                            .mapTo(Boolean.class)
                            .one();
                }))
                .isInstanceOf(LedgerUnavailableException.class);
        assertThat(ledger.callbacks.record("vidu", "after", true, new byte[] {1}))
                .isTrue();
    }

    @Test
    void readingWithoutAServerIsUnavailable() throws Exception {
        try (EmbeddedPostgres brief = EmbeddedPostgres.builder().start();
                TestLedger other = new TestLedger(
                        TestLedger.open(brief.getJdbcUrl("postgres", "postgres"), "postgres"), clock, "other")) {
            brief.close();

            assertThat(other.ledger.isReachable()).isFalse();
            assertThatThrownBy(other.queries::summary).isInstanceOf(LedgerUnavailableException.class);
            assertThatThrownBy(() -> other.callbacks.record("vidu", "k", true, new byte[] {1}))
                    .isInstanceOf(LedgerUnavailableException.class);
        }
    }

    @Test
    void aSchemaThatWasDroppedOrMadeAnewIsSeen() throws Exception {
        try (TestLedger other = new TestLedger(plain("dropped"), clock, "other")) {
            other.database.watch().look(System::nanoTime, () -> {});
            assertThat(other.ledger.problem()).isNull();

            other.execute("DROP SCHEMA public CASCADE");
            other.database.watch().look(System::nanoTime, () -> {});
            assertThat(other.ledger.problem()).startsWith("the ledger's schema was dropped");
            assertThatThrownBy(() -> other.callbacks.record("vidu", "k", true, new byte[] {1}))
                    .isInstanceOf(LedgerUnavailableException.class)
                    .hasMessageStartingWith("the ledger's schema was dropped");

            other.execute("CREATE SCHEMA public");
            plain("dropped").close();
            other.database.watch().look(System::nanoTime, () -> {});
            assertThat(other.ledger.problem()).as("another mark").isNotNull();
        }
    }

    @Test
    void anotherDatabaseBehindTheSameNameIsSeenByEachNewConnection() throws Exception {
        try (TestLedger other = new TestLedger(plain("renamed"), clock, "other")) {
            other.callbacks.record("vidu", "before", true, new byte[] {1});
            // The pool opens its connections again, so this may take a few tries.
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .ignoreExceptionsInstanceOf(java.sql.SQLException.class)
                    .until(() -> {
                        ledger.texts(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'renamed'");
                        try (Connection connection =
                                        Postgres.server().getPostgresDatabase().getConnection();
                                Statement sql = connection.createStatement()) {
                            return !sql.execute("ALTER DATABASE renamed RENAME TO renamed_away");
                        }
                    });
            plain("renamed").close();

            assertThatThrownBy(() -> other.callbacks.record("vidu", "after", true, new byte[] {1}))
                    .isInstanceOf(LedgerUnavailableException.class);
            other.database.watch().look(System::nanoTime, () -> {}); // its connection broke
            other.database.watch().look(System::nanoTime, () -> {});
            assertThat(other.ledger.problem()).contains("another database has taken its name");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"media-claim", "media-lane-head", "media-lanes", "media-later-any", "media-ready"})
    void theQueueOfMediaIsReadByItsIndexes(String statement) {
        String sql = new Sql("postgresql")
                .get(statement)
                .replaceAll(":(from_host|host|node)", "'h'")
                .replaceAll("(?<!:):[a-z_0-9]+", "1");
        List<String> plan = ledger.ledger.write(h -> {
            h.execute("SET LOCAL enable_seqscan = off"); // an empty table would be read whole
            return h.createQuery("EXPLAIN " + sql).mapTo(String.class).list();
        });

        assertThat(plan)
                .noneMatch(step -> step.contains("Seq Scan"))
                .anyMatch(step -> step.matches(".*Index (Only )?Scan using media_(lane|later)_due .*"));
    }

    private static Database plain(String name) {
        return TestLedger.open(Postgres.url(name), Postgres.USER);
    }

    private void killOthers() {
        ledger.texts("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE application_name = 'mediakeep' AND pid <> pg_backend_pid()");
    }
}
