package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.settings.SettingException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresCareIT extends CareContract {
    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Override
    TestLedger ledger(MovableClock clock) {
        return new TestLedger(TestLedger.open(server.getJdbcUrl("postgres", "postgres"), "postgres"), clock, "node");
    }

    @Test
    void refusesAServerThatTakesNoWrites() {
        assertThatThrownBy(() -> TestLedger.open(
                        server.getJdbcUrl("postgres", "postgres") + "&options=-c%20default_transaction_read_only=on",
                        "postgres"))
                .isInstanceOf(SettingException.class)
                .hasMessage(
                        "mediakeep.ledger.url must be a PostgreSQL server that takes writes, but it is read-only, such"
                                + " as a standby");
    }
}
