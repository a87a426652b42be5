package io.mediakeep.event;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mediakeep.failure.FinalFailure;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StrictJsonTest {
    private final StrictJson json = new StrictJson();

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String row, byte[] body, String reason, boolean kept) {
        FinalFailure failure = catchThrowableOfType(FinalFailure.class, () -> json.readObject(body));

        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.getMessage()).doesNotContain("canary").hasSizeLessThan(200);
        assertThat(json.isJson(body)).as("kept by the receiver").isEqualTo(kept);
    }

    static Stream<Arguments> refuses() {
        String deep = "{\"a\":" + "[".repeat(999) + "]".repeat(999) + "}";
        String manyKeys = IntStream.range(0, 100_000)
                .mapToObj(i -> "\"k" + i + "\":0")
                .collect(Collectors.joining(",", "{", "}"));
        String longList = "{\"output\":[" + "0,".repeat(10_000) + "0]}";
        return Stream.of(
                arguments("B01 blank", bytes("  \n"), "payload_syntax", false),
                arguments("B01 empty", bytes(""), "payload_syntax", false),
                arguments("B02 cut off", bytes("{\"type\":"), "payload_syntax", false),
                arguments("B02 cut off in a string", bytes("\"canary"), "payload_syntax", false),
                arguments("B03 null", bytes("null"), "payload_shape", true),
                arguments("B04 list", bytes("[]"), "payload_shape", true),
                arguments("B05 text", bytes("\"t-1001\""), "payload_shape", true),
                arguments("B05 number", bytes("1"), "payload_shape", true),
                arguments("B06 two values", bytes("{\"a\":1}{\"b\":2}"), "payload_syntax", false),
                arguments("B06 text behind", bytes("{\"a\":1} canary"), "payload_syntax", false),
                arguments(
                        "B07 duplicate name",
                        bytes("{\"data\":{\"task_id\":\"canary\",\"task_id\":\"b\"}}"),
                        "payload_syntax",
                        true),
                arguments("B07 duplicate name, escaped", bytes("{\"a\":1,\"\\u0061\":2}"), "payload_syntax", true),
                arguments("B09 UTF-16LE", "{\"a\":\"b\"}".getBytes(UTF_16LE), "payload_encoding", true),
                arguments("B09 UTF-16 with a mark", "{\"a\":\"b\"}".getBytes(UTF_16), "payload_encoding", true),
                arguments("B10 Latin-1", "{\"a\":\"\u00e9\"}".getBytes(ISO_8859_1), "payload_encoding", true),
                arguments(
                        "B11 overlong slash",
                        "{\"task_id\":\"\u00c0\u00af\"}".getBytes(ISO_8859_1),
                        "payload_encoding",
                        true),
                arguments(
                        "B12 surrogate in UTF-8",
                        "{\"a\":\"\u00ed\u00a0\u0080\"}".getBytes(ISO_8859_1),
                        "payload_encoding",
                        true),
                arguments("B14 depth 1,000", bytes(deep), "payload_limits", true),
                arguments("B14 depth 100,000, not closed", bytes("[".repeat(100_000)), "payload_limits", true),
                arguments("B15 100,000 names", bytes(manyKeys), "payload_limits", true),
                arguments("B22 10,001 entries", bytes(longList), "payload_limits", true),
                arguments("B25 huge exponent", bytes("{\"a\":1e999999999}"), "payload_limits", true),
                arguments("B25 exponent beyond int", bytes("{\"a\":1e99999999999}"), "payload_limits", true),
                arguments("B25 tiny", bytes("{\"a\":1e-99999}"), "payload_limits", true),
                arguments("B25 long number", bytes("{\"a\":" + "9".repeat(401) + "}"), "payload_limits", true),
                arguments("B25 bare NaN", bytes("{\"a\":NaN}"), "payload_syntax", false),
                arguments(
                        "B28 XML",
                        bytes("<!DOCTYPE a [<!ENTITY x SYSTEM \"https://canary.example.test/\">]><a>&x;</a>"),
                        "payload_syntax",
                        false),
                arguments("B29 form", bytes("payload=%7Bcanary%7D"), "payload_syntax", false),
                arguments("comment", bytes("{/* canary */}"), "payload_syntax", false),
                arguments("single quotes", bytes("{'canary':1}"), "payload_syntax", false),
                arguments("comma at the end", bytes("{\"a\":[1,]}"), "payload_syntax", false),
                arguments("raw NUL in a string", bytes("{\"canary\":\"\0\"}"), "payload_syntax", false));
    }

    @Test
    void b08AcceptsByteOrderMark() {
        byte[] body = bytes("\ufeff{\"a\":1}");

        assertThat(json.readObject(body)).isEqualTo(Map.of("a", 1L));
        assertThat(json.isJson(body)).isTrue();
    }

    @Test
    void b12LeavesLoneSurrogateToTheIdCheck() {
        Object id = json.readObject(bytes("{\"task_id\":\"\\ud800\"}")).get("task_id");

        assertThat(id).isEqualTo("\ud800");
        assertThatThrownBy(() -> TaskIds.of(id)).isInstanceOf(FinalFailure.class);
    }

    @Test
    void b13KeepsEscapedNul() {
        assertThat(json.readObject(bytes("{\"prompt\":\"a\\u0000b\"}"))).containsEntry("prompt", "a\0b");
    }

    @Test
    void b16B17B25KeepsNumbersExact() {
        Map<String, Object> read = json.readObject(bytes("{\"a\":12345,\"b\":12345678901234567890,"
                + "\"c\":9223372036854775807,\"d\":-9223372036854775808,\"e\":1e400,\"f\":-5,\"g\":\"NaN\",\"h\":5.10,"
                + "\"i\":867283741759111202}"));

        assertThat(read)
                .containsEntry("a", 12345L)
                .containsEntry("b", new BigInteger("12345678901234567890"))
                .containsEntry("c", Long.MAX_VALUE)
                .containsEntry("d", Long.MIN_VALUE)
                .containsEntry("e", new BigDecimal("1e400"))
                .containsEntry("f", -5L)
                .containsEntry("g", "NaN")
                .containsEntry("h", new BigDecimal("5.10"))
                .containsEntry("i", 867283741759111202L);
    }

    @Test
    void b27TakesTypeHintAsText() {
        assertThat(json.readObject(bytes("{\"@class\":\"javax.script.ScriptEngineManager\"}")))
                .containsEntry("@class", "javax.script.ScriptEngineManager");
    }

    @Test
    void readsEveryKindInOrder() {
        Map<String, Object> read = json.readObject(bytes("{\"z\":[1,{\"y\":null}],\"a\":true,\"b\":false,\"\":\"\"}"));

        assertThat(read.keySet()).containsExactly("z", "a", "b", "");
        assertThat(read.get("a")).isEqualTo(true);
        assertThat((List<?>) read.get("z")).hasSize(2).first().isEqualTo(1L);
    }

    @Test
    void acceptsWhatIsJustInsideTheLimits() {
        String list = "{\"a\":[" + "0,".repeat(9_999) + "0]}";
        String depth = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";

        assertThat((List<?>) json.readObject(bytes(list)).get("a")).hasSize(10_000);
        assertThat(json.readObject(bytes(depth))).containsKey("a");
        assertThat(json.readObject(bytes("{\"a\":" + "9".repeat(400) + "}"))).containsKey("a");
        assertThat(json.readObject(bytes("{\"payload\":\"" + "x".repeat(1_000_000) + "\"}")))
                .containsKey("payload");
    }

    @Test
    void ownLimitsReplaceTheUsualOnes() {
        StrictJson page = new StrictJson(3, 1);

        assertThat(page.read(bytes("{\"a\":[1]}"))).isEqualTo(Map.of("a", List.of(1L)));
        assertThatThrownBy(() -> page.read(bytes("{\"a\":[1,2]}"))).isInstanceOf(FinalFailure.class);
        assertThatThrownBy(() -> page.read(bytes("{\"a\":1,\"b\":2,\"c\":3}"))).isInstanceOf(FinalFailure.class);
        assertThatThrownBy(() -> new StrictJson(0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void checkSyntaxNamesTheReason() {
        json.checkSyntax(bytes(" [1, \"a\"] "));
        assertThatThrownBy(() -> json.checkSyntax(bytes("[1")))
                .isInstanceOfSatisfying(
                        FinalFailure.class, e -> assertThat(e.reason()).isEqualTo("payload_syntax"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
