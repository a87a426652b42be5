package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.mediakeep.ledger.UsageLedger;
import io.mediakeep.ledger.UsageLedger.Used;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    private static final LocalDate DAY = LocalDate.parse("2026-11-20");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T23:00:00Z"), ZoneOffset.UTC);
    private static final Map<String, String> SETTINGS = Map.of(
            "mediakeep.currency", "EUR",
            "mediakeep.kling.unit-price", "0.1, kling-v2 = 0.25",
            "mediakeep.suno.task-price", "0.03");

    private final UsageLedger ledger = mock(UsageLedger.class);
    private final Usage usage = new Usage(ledger, prices(SETTINGS), CLOCK);

    @Test
    @SuppressWarnings("unchecked")
    void sumsUnitsAndPricesExactly() throws Exception {
        given(
                used("kling", "kling-v1", "0.1", false, false, 3),
                used("kling", "kling-v1", "0.2", false, true, 1),
                used("kling", "kling-v2", "1", false, false, 2),
                used("kling", "kling-v2", null, false, false, 4),
                used("suno", null, null, false, false, 5),
                used("suno", null, null, true, false, 6),
                used("vidu", "q2", "7", true, false, 1),
                used("vidu", "q2", "a lot", false, false, 1));

        Map<String, Object> answer = usage.json("since=2026-11-20&until=2026-11-21");

        List<Map<String, Object>> rows = (List<Map<String, Object>>) answer.get("rows");
        assertThat(rows).extracting(row -> row.get("model")).containsExactly("kling-v1", "kling-v2", null, "q2");
        assertThat(rows.get(0))
                .containsEntry("day", "2026-11-20")
                .containsEntry("succeeded", 4L)
                .containsEntry("units", "0.5")
                .containsEntry("cost", "0.05")
                .containsEntry("lost", 1L)
                .containsEntry("lostUnits", "0.2")
                .containsEntry("lostCost", "0.02");
        assertThat(rows.get(1))
                .containsEntry("units", "2")
                .containsEntry("withoutUnits", 4L)
                .containsEntry("cost", "0.5")
                .containsEntry("withoutPrice", 4L);
        assertThat(rows.get(2))
                .containsEntry("succeeded", 5L)
                .containsEntry("failed", 6L)
                .containsEntry("cost", "0.15")
                .containsEntry("withoutPrice", 0L);
        assertThat(rows.get(3)).containsEntry("units", "7").containsEntry("withoutPrice", 2L);
        assertThat((Map<String, Object>) answer.get("total"))
                .containsEntry("succeeded", 16L)
                .containsEntry("failed", 7L)
                .containsEntry("units", "9.5")
                .containsEntry("cost", "0.7")
                .containsEntry("lostCost", "0.02");
        assertThat(answer).containsEntry("currency", "EUR").containsEntry("since", "2026-11-20T00:00:00Z");
    }

    @Test
    void isATableTooInWhichNothingIsAFormula() throws Exception {
        given(
                used("kling", "=cmd|' /C calc'!A0", "1", false, false, 1),
                used("kling", "a, \"b\"", "1", false, false, 1));

        assertThat(usage.csv("").lines())
                .containsExactly(
                        "day,provider,model,product,succeeded,failed,units,withoutUnits,cost,withoutPrice,lost,lostUnits,lostCost",
                        "2026-11-20,kling,\"'=cmd|' /C calc'!A0\",p,1,0,1,0,0.1,0,0,0,0",
                        "2026-11-20,kling,\"a, \"\"b\"\"\",p,1,0,1,0,0.1,0,0,0,0");
    }

    @Test
    void meansTheLastThirtyDaysWhereNothingIsSaid() throws Exception {
        given();
        assertThat(usage.json(null))
                .containsEntry("since", "2026-10-23T00:00:00Z")
                .containsEntry("until", "2026-11-22T00:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "since=yesterday",
                "since=",
                "until=2026-13-01",
                "day=1",
                "since=-999999999-01-01",
                "until=9999999-01-01"
            })
    void refusesWhatIsNoDay(String query) {
        given();
        assertThatThrownBy(() -> usage.json(query))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getStatus()).isEqualTo(400));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mediakeep.currency         | euro     | three letters such as USD
            mediakeep.kling.unit-price | cheap    | mediakeep.kling.unit-price must be a price such as 0.14
            mediakeep.kling.unit-price | -1       | a price such as 0.14
            mediakeep.suno.task-price  | v5=      | prices of models such as kling-v2=0.28
            """)
    void saysWhatIsWrong(String name, String value, String said) {
        assertThatThrownBy(() -> prices(Map.of(name, value)))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining(said);
    }

    private static Prices prices(Map<String, String> settings) {
        return new Prices(
                new Settings(name -> Optional.ofNullable(settings.get(name))), List.of("kling", "suno", "vidu"));
    }

    private static Used used(String provider, String model, String units, boolean failed, boolean lost, long tasks) {
        return new Used(DAY, provider, model, "p", units, failed, lost, tasks);
    }

    private void given(Used... rows) {
        doAnswer(call -> {
                    Consumer<Used> each = call.getArgument(3);
                    List.of(rows).forEach(each);
                    return null;
                })
                .when(ledger)
                .read(any(), any(), any(), any());
    }
}
