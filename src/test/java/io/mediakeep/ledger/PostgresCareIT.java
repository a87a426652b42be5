package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.Postgres;
import io.mediakeep.settings.SettingException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresCareIT extends CareContract {
    @AfterEach
    void close() {
        ledger.close();
    }

    @Override
    TestLedger ledger(MovableClock clock) {
        return new TestLedger(TestLedger.open(Postgres.url("care"), Postgres.USER), clock, "node");
    }

    @Test
    void refusesAServerThatTakesNoWrites() {
        assertThatThrownBy(() -> TestLedger.open(
                        Postgres.url("care") + "&options=-c%20default_transaction_read_only=on", Postgres.USER))
                .isInstanceOf(SettingException.class)
                .hasMessage(
                        "mediakeep.ledger.url must be a PostgreSQL server that takes writes, but it is read-only, such"
                                + " as a standby");
    }
}
