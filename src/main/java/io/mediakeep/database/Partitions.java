package io.mediakeep.database;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the large tables of a PostgreSQL ledger into hash partitions, under the same names and with the same rules and
 * indexes, so that no statement and no later migration knows of it. See docs/decisions/0010-partitions.md.
 */
public final class Partitions {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
    private static final String SETTING = "mediakeep.ledger.partitions";

    /** By what each table is divided: part of each of its unique keys, so one task is in one partition. */
    private static final Map<String, String> KEYS = keys();

    private final Statement sql;
    private final int count;

    private Partitions(Statement sql, int count) {
        this.sql = sql;
        this.count = count;
    }

    private static Map<String, String> keys() {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("task", "provider, task_id");
        keys.put("media", "provider, task_id");
        keys.put("callback", "provider, callback_key");
        return keys;
    }

    /**
     * Divides the tables if {@code mediakeep.ledger.partitions} says so and they are not yet; all in one transaction.
     *
     * @throws SettingException if the ledger is a SQLite file, or the database refuses
     */
    public static void apply(Database database, Settings settings) {
        int count = settings.find(SETTING).isEmpty() ? 0 : settings.number(SETTING, 0, 1024);
        if (count == 0) {
            return;
        }
        if (count == 1 || database.isExclusive()) {
            throw new SettingException(
                    SETTING, database.isExclusive() ? "0 for a SQLite file" : "0, or 2 to 1024", "is " + count);
        }
        try (Connection connection = database.open();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("LOCK TABLE poll IN EXCLUSIVE MODE");
            Partitions partitions = new Partitions(sql, count);
            for (Map.Entry<String, String> table : KEYS.entrySet()) {
                partitions.divide(table.getKey(), table.getValue());
            }
            connection.commit();
        } catch (SQLException e) {
            throw new SettingException(
                    SETTING, "a number that the database can divide its tables into", "failed: " + e.getMessage());
        }
    }

    private void divide(String table, String key) throws SQLException {
        List<String> kinds = texts("SELECT relkind FROM pg_class WHERE oid = '" + table + "'::regclass");
        if (kinds.contains("p")) {
            int now = texts("SELECT inhrelid FROM pg_inherits WHERE inhparent = '" + table + "'::regclass")
                    .size();
            if (now != count) {
                LOG.warn("Table {} stays in {} partitions; {} asks for {}", table, now, SETTING, count);
            }
            return;
        }
        sql.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        String named = " WHERE conrelid = '" + table + "'::regclass AND contype IN ('p', 'u')";
        List<String> rules = new ArrayList<>();
        // A key that the partitions cannot keep unique becomes a plain index: only the generated id of a callback.
        String partly = key.replace(", ", "|");
        for (String rule : texts("SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint" + named)) {
            boolean kept = List.of(partly.split("\\|")).stream()
                    .allMatch(column -> rule.matches(".*[(, ]" + column + "[,)].*"));
            rules.add(
                    kept
                            ? "ALTER TABLE " + table + " ADD CONSTRAINT " + rule
                            : "CREATE INDEX " + rule.substring(0, rule.indexOf(' ')) + " ON " + table + " "
                                    + rule.substring(rule.indexOf('(')));
        }
        rules.addAll(texts("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '" + table
                + "'::regclass AND indexrelid NOT IN (SELECT conindid FROM pg_constraint" + named + ")"));
        List<String> sequences = texts("SELECT column_name FROM information_schema.columns"
                + " WHERE table_schema = current_schema() AND table_name = '" + table + "' AND is_identity = 'YES'");

        sql.execute("ALTER TABLE " + table + " RENAME TO " + table + "_whole");
        sql.execute("CREATE TABLE " + table + " (LIKE " + table
                + "_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY) PARTITION BY HASH (" + key
                + ")");
        for (int part = 0; part < count; part++) {
            sql.execute("CREATE TABLE " + table + "_" + part + " PARTITION OF " + table + " FOR VALUES WITH (MODULUS "
                    + count + ", REMAINDER " + part + ")");
        }
        sql.execute("INSERT INTO " + table + " OVERRIDING SYSTEM VALUE SELECT * FROM " + table + "_whole");
        for (String column : sequences) {
            sql.execute("SELECT setval(pg_get_serial_sequence('" + table + "', '" + column + "'), (SELECT COALESCE(max("
                    + column + "), 0) + 1 FROM " + table + "), false)");
        }
        sql.execute("DROP TABLE " + table + "_whole");
        for (String rule : rules) {
            sql.execute(rule);
        }
        LOG.info("Table {} is divided into {} partitions", table, count);
    }

    private List<String> texts(String query) throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet rows = sql.executeQuery(query)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }
}
