package io.mediakeep.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteConnection;

class StatementsTest {
    private final List<String> preparations = new ArrayList<>();
    private Connection connection;
    private Handle handle;

    @BeforeEach
    void open() throws Exception {
        SQLiteConnection real =
                (SQLiteConnection) new org.sqlite.JDBC().connect("jdbc:sqlite::memory:", new java.util.Properties());
        connection = counting(real);
        handle = Jdbi.open(connection);
        handle.execute("CREATE TABLE note (name TEXT PRIMARY KEY, size INTEGER, weight REAL, raw BLOB)");
        preparations.clear();
    }

    @AfterEach
    void close() {
        handle.close();
    }

    @Test
    void namesBecomeQuestionMarksExceptInQuotesAndCasts() {
        Statements.Sentence sentence = Sql.parse("s", "SELECT ':no', :yes::text, ':' || :a_1, :yes");

        assertThat(sentence.sql()).isEqualTo("SELECT ':no', ?::text, ':' || ?, ?");
        assertThat(sentence.parameters()).containsExactly("yes", "a_1", "yes");
    }

    @Test
    void aStatementIsPreparedOnceForAConnection() {
        add("a");
        add("b");
        add("c");

        assertThat(names()).containsExactly("a", "b", "c");
        assertThat(names()).containsExactly("a", "b", "c");
        assertThat(preparations).hasSize(2);
    }

    @Test
    void handlesOfOnePoolShareNoStatements() {
        Jdbi pool = Jdbi.create("jdbc:sqlite::memory:");
        try (Handle first = pool.open();
                Handle second = pool.open()) {
            assertThat(Statements.of(second)).isNotSameAs(Statements.of(first));
            assertThat(Statements.of(first)).isSameAs(Statements.of(first));
        }
    }

    @Test
    void aRunDoesNotSeeTheValuesOfTheRunBefore() {
        Statements.Sentence sentence = Sql.parse("all", "INSERT INTO note VALUES (:name, :size, :weight, :raw)");
        Row full = Row.of("name", "full")
                .number("size", 7)
                .decimal("weight", 0.5)
                .bytes("raw", new byte[] {1})
                .with("not_named", "taken for nothing");
        Row empty = Row.of("name", "empty")
                .number("size", null)
                .decimal("weight", null)
                .bytes("raw", null);

        assertThat(statements().change(connection, sentence, full.values())).isEqualTo(1);
        assertThat(statements().change(connection, sentence, empty.values())).isEqualTo(1);

        assertThat(rows("SELECT name || ' ' || coalesce(size, '-') || coalesce(weight, '-') || coalesce(hex(raw), '-')"
                        + " FROM note ORDER BY name"))
                .containsExactly("empty --", "full 70.501");
        assertThat(rows("SELECT name FROM note WHERE size IS NULL AND weight IS NULL AND raw IS NULL"))
                .containsExactly("empty");
    }

    @Test
    void eachRowOfABatchHasItsOwnCount() {
        add("b");

        assertThat(statements()
                        .changeEach(
                                connection,
                                insert(),
                                List.of(Map.of("name", "a"), Map.of("name", "b"), Map.of("name", "c"))))
                .containsExactly(1, 0, 1);
        assertThat(names()).containsExactly("a", "b", "c");
    }

    @Test
    void aBatchThatFailedLeavesNothingForTheNext() {
        assertThatThrownBy(() -> statements()
                        .changeEach(connection, insert(), List.of(Map.of("name", "a"), Map.of("other", "b"))))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(statements().changeEach(connection, insert(), List.of(Map.of("name", "c"))))
                .containsExactly(1);
        assertThat(names()).containsExactly("c");
    }

    @Test
    void aMissingValueIsAnErrorAndNotNull() {
        assertThatThrownBy(() -> statements().change(connection, insert(), Map.of()))
                .hasMessage("statement insert needs a value for :name");
        assertThatThrownBy(() -> statements().change(connection, insert(), Map.of("name", List.of("SECRET"))))
                .hasMessageContaining(":name")
                .hasMessageNotContaining("SECRET");
    }

    @Test
    void aRefusedStatementIsNamedWithoutItsValues() {
        Statements.Sentence plain = Sql.parse("plain", "INSERT INTO note (name) VALUES (:name)");
        statements().change(connection, plain, Map.of("name", "SECRET"));

        assertThatThrownBy(() -> statements().change(connection, plain, Map.of("name", "SECRET")))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("plain")
                .hasMessageContaining("note.name")
                .hasMessageNotContaining("SECRET");
    }

    @Test
    void aMapperThatFailsLeavesNoQueryOpen() {
        add("a");
        add("b");
        assertThatThrownBy(() -> select().map((row, index) -> {
                    throw new IllegalStateException("mapper");
                }))
                .hasMessage("mapper");

        handle.execute("DROP TABLE note");
    }

    @Test
    void oneRowIsOne() {
        assertThat(select().map((row, index) -> index).findOne()).isEmpty();
        assertThatThrownBy(() -> select().map((row, index) -> index).one()).isInstanceOf(IllegalStateException.class);
        add("a");
        assertThat(select().map((row, index) -> index).one()).isZero();
        add("b");
        assertThat(select().map((row, index) -> index).list()).containsExactly(0, 1);
        assertThatThrownBy(() -> select().map((row, index) -> index).findOne())
                .isInstanceOf(IllegalStateException.class);
    }

    private Statements statements() {
        return Statements.of(handle);
    }

    private static Statements.Sentence insert() {
        return Sql.parse("insert", "INSERT INTO note (name) VALUES (:name) ON CONFLICT DO NOTHING");
    }

    private void add(String name) {
        statements().change(connection, insert(), Map.of("name", name));
    }

    private List<String> names() {
        return select().map((row, index) -> row.getString(1)).list();
    }

    private Statements.Rows select() {
        return new Statements.Rows() {
            @Override
            public <T> Statements.Found<T> map(Statements.Mapper<T> mapper) {
                return statements()
                        .query(connection, Sql.parse("names", "SELECT name FROM note ORDER BY name"), Map.of(), mapper);
            }
        };
    }

    private List<String> rows(String sql) {
        return handle.createQuery(sql).mapTo(String.class).list();
    }

    /** Notes what is prepared through {@link Statements}; everything goes on to the real connection. */
    private Connection counting(SQLiteConnection real) {
        return (Connection) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(real, arguments);
                    if (result instanceof PreparedStatement) {
                        preparations.add(arguments[0].toString());
                    }
                    return result;
                });
    }
}
