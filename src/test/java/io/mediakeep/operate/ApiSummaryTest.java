package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.ledger.LedgerQueries;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class ApiSummaryTest {
    @Test
    void namesALedgerThatIsAwayAndSaysThatNothingIsLostByIt() {
        LedgerQueries queries = mock(LedgerQueries.class);
        when(queries.summary()).thenThrow(new LedgerUnavailableException("away", null));
        Api api = new Api(queries, null, null, null, null, null, null, null, null, Clock.systemUTC());

        assertThatThrownBy(api::summary)
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.getStatus())
                                .isEqualTo(503))
                .hasMessageStartingWith("the ledger cannot be reached")
                .hasMessageContaining("providers send them again");
    }
}
