package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mediakeep.failure.FinalFailure;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TaskIdsTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void keeps(String row, Object value, String id) {
        assertThat(TaskIds.of(value)).isEqualTo(id);
    }

    static Stream<Arguments> keeps() {
        return Stream.of(
                arguments("B16 number", 12345L, "12345"),
                arguments("B16 int", 12345, "12345"),
                arguments("B17 large number", new BigInteger("12345678901234567890"), "12345678901234567890"),
                arguments("B17 as text", "00867283741759111202", "00867283741759111202"),
                arguments("text that is no String", new StringBuilder("t-1"), "t-1"),
                arguments("C01 path", "../../../../secret", "../../../../secret"),
                arguments("C03 upper case", "T-1001", "T-1001"),
                arguments("C03 lower case", "t-1001", "t-1001"),
                arguments("C06 expression", "${env:HOME}{{secret}}", "${env:HOME}{{secret}}"),
                arguments("C07 SQL", "';DROP/**/TABLE/**/task;--", "';DROP/**/TABLE/**/task;--"),
                arguments("C08 percent", "%2e%2e%2f1", "%2e%2e%2f1"),
                arguments("C05 256 bytes", "a".repeat(256), "a".repeat(256)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String row, Object value) {
        FinalFailure failure = catchThrowableOfType(FinalFailure.class, () -> TaskIds.of(value));

        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo("id_invalid");
        assertThat(failure.getMessage()).doesNotContain("t-1001");
    }

    static Stream<Arguments> refuses() {
        return Stream.of(
                arguments("B12 lone surrogate", "\ud800"),
                arguments("B18 1.0", new BigDecimal("1.0")),
                arguments("B18 1e3", new BigDecimal("1e3")),
                arguments("B18 double", 1.0),
                arguments("B18 true", true),
                arguments("B18 {}", Map.of()),
                arguments("B18 negative", -1L),
                arguments("B19 null", null),
                arguments("B19 empty", ""),
                arguments("C02 blank at the end", "t-1001 "),
                arguments("C04 line break", "t-1001\r\nx-amz-acl: public-read"),
                arguments("C04 line break at the end", "t-1001\n"),
                arguments("C04 NUL", "t-1001\0"),
                arguments("C05 300 bytes", "a".repeat(300)),
                arguments("C05 300 digits", BigInteger.TEN.pow(300)),
                arguments("C09 composed", "\u00e9"),
                arguments("C09 decomposed", "e\u0301"));
    }
}
