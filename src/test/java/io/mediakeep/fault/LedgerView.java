package io.mediakeep.fault;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the ledger past the application. Thread-safe. */
final class LedgerView {
    /** What is not ended yet, in one row. */
    private static final String OPEN = "SELECT"
            + " (SELECT count(*) FROM callback WHERE state = 'received'),"
            + " (SELECT count(*) FROM task WHERE finished_at IS NULL),"
            + " (SELECT count(*) FROM task WHERE read_at IS NOT NULL),"
            + " (SELECT count(*) FROM media WHERE state = 'due' AND refused_host IS NULL),"
            + " (SELECT count(*) FROM media WHERE state = 'copying'),"
            + " (SELECT count(*) FROM media WHERE upload_id IS NOT NULL),"
            + " (SELECT count(*) FROM task WHERE manifest < revision),"
            + " (SELECT count(*) FROM outbox)";

    private final String url;

    LedgerView(String url) {
        this.url = url;
    }

    /**
     * Counts of what is open: callbacks, tasks, reads, media that are due and wait for no host, copying, uploads, manifests,
     * announcements.
     */
    String open() {
        return rows(OPEN).get(0);
    }

    static boolean isQuiet(String open) {
        return open.matches("0( 0)*");
    }

    /** Changes with all that is done, also with each lease that is kept, so that standing still shows. */
    String progress() {
        return open() + " "
                + rows("SELECT (SELECT count(*) FROM callback), (SELECT count(*) FROM task),"
                                + " (SELECT sum(attempts) FROM media), (SELECT sum(lease_until) FROM media), (SELECT count(*) FROM media WHERE state = 'stored'),"
                                + " (SELECT count(*) FROM dead_letter)")
                        .get(0);
    }

    long count(String sql, Object... values) {
        return Long.parseLong(rows(sql, values).get(0));
    }

    /** Each row as its columns with a blank between. */
    List<String> rows(String sql, Object... values) {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (ResultSet result = statement.executeQuery()) {
                ResultSetMetaData columns = result.getMetaData();
                List<String> rows = new ArrayList<>();
                while (result.next()) {
                    StringBuilder row = new StringBuilder();
                    for (int i = 1; i <= columns.getColumnCount(); i++) {
                        row.append(i == 1 ? "" : " ").append(result.getString(i));
                    }
                    rows.add(row.toString());
                }
                return rows;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
