package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.Database;
import io.mediakeep.database.Keyset;
import io.mediakeep.database.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the API, the console and the progress line ask reads an index, and sorts no more than it shows. */
class QueryPlanTest {
    @TempDir
    static Path directory;

    private static Database database;

    @BeforeAll
    static void open() {
        database = TestLedger.open("jdbc:sqlite:" + directory.resolve("plans.db"), "nobody");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    /** Every statement in all its forms. */
    static Stream<String> statements() {
        List<String> sql = new ArrayList<>();
        for (Keyset keyset : List.of(LedgerQueries.TASKS, LedgerQueries.MEDIA)) {
            for (String only : new String[] {null, "x"}) {
                sql.add(keyset.sql(only, false, 0));
                sql.add(keyset.sql(only, true, -1));
                sql.add(keyset.sql(only, true, 0));
                sql.add(keyset.sql(only, true, 1));
            }
        }
        for (int form = 0; form < 8; form++) {
            sql.add(LedgerQueries.deadLettersSql((form & 1) > 0, (form & 2) > 0, (form & 4) > 0));
        }
        sql.add(Counts.sql(3));
        sql.add(Counts.expirySql(3));
        sql.add(TaskSearch.sql());
        return sql.stream();
    }

    @ParameterizedTest
    @MethodSource("statements")
    void noQuestionScansATable(String sql) throws Exception {
        assertThat(plan(sql))
                .noneMatch(
                        step -> step.startsWith("SCAN")
                                && !step.matches(
                                        "SCAN (\\(?subquery.*|\\(join.*|part\\d|tally.*|CONSTANT ROW|dead_letter USING INDEX dead_letter_open)"))
                .filteredOn(step -> step.matches("SEARCH (task|media) .*"))
                .allMatch(step -> step.matches(".* INDEX (task_status|task_read_due|media_state) .*")
                        || step.endsWith("PRIMARY KEY (provider=? AND task_id=?)"));
    }

    @ParameterizedTest
    @MethodSource("statements")
    void aPageOfOneKindIsReadInItsOrder(String sql) throws Exception {
        if (sql.contains("LIMIT") && !sql.contains("UNION")) {
            assertThat(plan(sql)).noneMatch(step -> step.contains("TEMP B-TREE"));
        }
    }

    /** With 100,000 open tasks a claim must not look at more than it takes. */
    @ParameterizedTest
    @CsvSource({
        "task-read-claim, task_asked_due",
        "task-watch-claim, task_watch_due",
        "task-open-listed, task_open",
        "vitals-open, task_status"
    })
    void whatWaitsIsReadFromItsOwnIndexInItsOrder(String statement, String index) throws Exception {
        assertThat(plan(new Sql("sqlite").get(statement)))
                .noneMatch(step -> step.startsWith("SCAN task") || step.contains("TEMP B-TREE"))
                .anyMatch(step -> step.contains("INDEX " + index + " "));
    }

    private static List<String> plan(String sql) throws Exception {
        List<String> plan = new ArrayList<>();
        try (var connection = database.open();
                var query = connection.createStatement();
                var rows = query.executeQuery("EXPLAIN QUERY PLAN " + sql.replaceAll(":[a-z_0-9]+", "1"))) {
            while (rows.next()) {
                plan.add(rows.getString("detail"));
            }
        }
        return plan;
    }
}
