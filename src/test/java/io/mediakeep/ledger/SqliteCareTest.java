package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.database.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteCareTest extends CareContract {
    @TempDir
    Path directory;

    @Override
    TestLedger ledger(MovableClock clock) {
        return new TestLedger(TestLedger.open("jdbc:sqlite:" + directory.resolve("care.db"), "nobody"), clock, "node");
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    /** What waits may be read through; what is stored or ended, which is nearly all, must not be. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "vitals-due",
                "vitals-copying",
                "vitals-letters",
                "vitals-missed",
                "vitals-callbacks",
                "vitals-expiry",
                "vitals-outbox"
            })
    void aGaugeReadsOnlyWhatWaits(String statement) throws Exception {
        String sql = new Sql("sqlite").get(statement).replaceAll(":[a-z_0-9]+", "1");
        List<String> plan = new ArrayList<>();
        try (var connection = ledger.database.open();
                var query = connection.createStatement();
                var rows = query.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (rows.next()) {
                plan.add(rows.getString("detail"));
            }
        }

        assertThat(plan)
                .filteredOn(step -> step.startsWith("SCAN"))
                .allMatch(
                        step -> step.matches(
                                "SCAN (unstored|found|outbox|\\(subquery-\\d+\\)|.* INDEX (media_copying|dead_letter_\\w+|callback_due))"));
        assertThat(plan)
                .filteredOn(step -> step.startsWith("SEARCH"))
                .allMatch(step -> step.matches(
                        "SEARCH (unstored|.* INDEX (task_missed|media_copying|media_lane_due|media_later_due) .*)"));
    }
}
