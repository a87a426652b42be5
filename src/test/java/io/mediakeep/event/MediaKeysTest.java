package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.FinalFailure;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaKeysTest {
    @ParameterizedTest
    @ValueSource(strings = {"867283799999999999", "video-1_a.B", "-", "...", "sha256-", "sha256-00"})
    void keepsValidIds(String id) {
        assertThat(MediaKeys.of(id)).isEqualTo(id);
    }

    @Test
    void keepsNumbers() {
        assertThat(MediaKeys.of(0)).isEqualTo("0");
        assertThat(MediaKeys.of(867283799999999999L)).isEqualTo("867283799999999999");
        assertThat(MediaKeys.of(new BigInteger("12345678901234567890"))).isEqualTo("12345678901234567890");
        assertThat(MediaKeys.of("a".repeat(128))).hasSize(128);
    }

    @Test
    void differentIdsGetDifferentKeys() {
        String digested = MediaKeys.of("a/b");
        List<String> ids = List.of(
                "a/b",
                digested,
                MediaKeys.of(digested),
                "a\\b",
                "../../../secret",
                ".",
                "..",
                " ",
                "a",
                "a ",
                "\u00e9",
                "e\u0301",
                "\ud800",
                "\ud801",
                "?",
                "\ufffd",
                "a".repeat(129),
                "a".repeat(130),
                "a\0",
                "a\n");

        assertThat(digested).matches("sha256-[0-9a-f]{64}");
        assertThat(ids.stream().distinct().map(MediaKeys::of))
                .doesNotHaveDuplicates()
                .allMatch(key -> key.matches("[A-Za-z0-9._-]{1,128}") && !key.matches("\\.{1,2}"));
    }

    @Test
    void keyIsStable() {
        // printf '\0a\0/\0b' | sha256sum
        assertThat(MediaKeys.of("a/b"))
                .isEqualTo("sha256-225b0adb1d75082b6a4f6032745c05f877f094eacfc1a9b3b74ae8cf2a1cd8c1");
    }

    @ParameterizedTest
    @MethodSource
    void refusesWhatIsNoId(Object value) {
        assertThatThrownBy(() -> MediaKeys.of(value))
                .isInstanceOfSatisfying(
                        FinalFailure.class, e -> assertThat(e.reason()).isEqualTo("id_invalid"));
    }

    static Stream<Object> refusesWhatIsNoId() {
        return Arrays.asList(null, "", true, 1.5, Map.of(), List.of()).stream();
    }
}
