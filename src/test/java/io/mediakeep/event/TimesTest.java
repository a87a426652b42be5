package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TimesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "1774805076166, 2026-03-29T17:24:36.166Z",
        "1774805076, 2026-03-29T17:24:36Z",
        "946684800, 2000-01-01T00:00:00Z",
        "2026-08-24T14:15:22Z, 2026-08-24T14:15:22Z",
        "2026-08-24t14:15:22.5z, 2026-08-24T14:15:22.500Z",
        "2026-08-24T14:15:22+08:00, 2026-08-24T06:15:22Z",
        "2026-08-24 14:15:22Z, 2026-08-24T14:15:22Z"
    })
    void readsTimes(String text, Instant time) {
        assertThat(Times.read(text, NOW)).hasValue(time);
    }

    @Test
    void readsNumbers() {
        Instant time = Instant.ofEpochMilli(1774805076166L);

        assertThat(Times.read(1774805076166L, NOW)).hasValue(time);
        assertThat(Times.read(BigInteger.valueOf(1774805076166L), NOW)).hasValue(time);
        assertThat(Times.read(1774805076, NOW)).hasValue(Instant.ofEpochSecond(1774805076));
    }

    @Test
    void c19DoesNotBelieveTenYearsAhead() {
        assertThat(Times.read("2036-11-21T08:00:00Z", NOW)).isEmpty();
        assertThat(Times.read(NOW.plusSeconds(3650 * 86400L).getEpochSecond(), NOW))
                .isEmpty();
        assertThat(Times.read(NOW.plusSeconds(3650 * 86400L - 1).getEpochSecond(), NOW))
                .isPresent();
    }

    @ParameterizedTest(name = "B26 {0}")
    @MethodSource
    void dropsNonsense(Object value) {
        assertThat(Times.read(value, NOW)).isEmpty();
    }

    static Stream<Object> dropsNonsense() {
        return Arrays.<Object>asList(
                null,
                "2026-02-30T00:00:00Z",
                "",
                " ",
                99999999999999L,
                "99999999999999",
                "9".repeat(20),
                BigInteger.TEN.pow(300),
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                0,
                -1774805076L,
                946684799L,
                "1999-12-31T23:59:59Z",
                "2025-01-01 00:10:00",
                "2026-08-24T14:15:22",
                "2026-08-24",
                "+1774805076",
                "\u0661774805076",
                "1774805076.5",
                new BigDecimal("1e400"),
                1.774805076e9,
                true,
                List.of(1774805076),
                "2026-08-24T14:15:22Z".repeat(1000))
                .stream();
    }
}
