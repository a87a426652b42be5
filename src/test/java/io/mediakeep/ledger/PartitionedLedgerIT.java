package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.Postgres;
import io.mediakeep.database.Database;
import io.mediakeep.database.Partitions;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger on a PostgreSQL server whose large tables are divided: all that holds for one table holds for many. */
class PartitionedLedgerIT extends LedgerContract {
    @TempDir
    static Path directory;

    @BeforeAll
    static void open() {
        open(name -> divided(name, 4));
    }

    @Test
    void theRowsOfALedgerThatGrewAreKept() {
        try (TestLedger grown = new TestLedger(divided("grown", 0), clock, "node")) {
            grown.tasks.merge(TestLedger.event("t", TaskStatus.SUCCEEDED, TestLedger.item("k")), Seen.CALLBACK);
            grown.callbacks.record("vidu", "first", true, new byte[] {1});
        }
        try (TestLedger grown = new TestLedger(divided("grown", 8), clock, "node")) {
            assertThat(grown.status("t")).isEqualTo("succeeded");
            assertThat(grown.count("pg_inherits WHERE inhparent IN ('task'::regclass, 'media'::regclass,"
                            + " 'callback'::regclass) AND inhrelid::regclass::text NOT LIKE '%key'"))
                    .isEqualTo(24);
            assertThat(grown.callbacks.record("vidu", "first", true, new byte[] {1}))
                    .isFalse();
            assertThat(grown.callbacks.record("vidu", "second", true, new byte[] {1}))
                    .isTrue();
            assertThat(grown.texts("SELECT id FROM callback ORDER BY id"))
                    .as("ids go on where they were; the repeat took one")
                    .containsExactly("1", "3");
        }
    }

    @Test
    void everyRuleAndIndexKeepsItsName() {
        try (TestLedger whole = new TestLedger(divided("whole", 0), clock, "node")) {
            String names = "SELECT relname FROM pg_class c WHERE relkind IN ('i', 'I') AND relname !~ '_[0-9]+_'"
                    + " AND relnamespace = 'public'::regnamespace ORDER BY 1";
            assertThat(ledger.texts(names)).isEqualTo(whole.texts(names));
        }
    }

    @Test
    void aTableThatIsDividedStaysAsItIs() {
        divided("again", 4).close();
        try (TestLedger again = new TestLedger(divided("again", 16), clock, "node")) {
            assertThat(again.count("pg_inherits WHERE inhparent = 'task'::regclass"))
                    .isEqualTo(4);
        }
    }

    @Test
    void aFileIsNotDivided() {
        try (Database sqlite = TestLedger.open("jdbc:sqlite:" + directory.resolve("a.db"), "nobody")) {
            assertThatThrownBy(() -> Partitions.apply(sqlite, partitions(4)))
                    .isInstanceOf(SettingException.class)
                    .hasMessageContainingAll("mediakeep.ledger.partitions", "0 for a SQLite file");
        }
    }

    private static Settings partitions(int count) {
        return new Settings(name ->
                name.equals("mediakeep.ledger.partitions") ? Optional.of(Integer.toString(count)) : Optional.empty());
    }

    private static Database divided(String name, int count) {
        Database database = TestLedger.open(Postgres.url("divided_" + name), Postgres.USER);
        Partitions.apply(database, partitions(count));
        return database;
    }
}
