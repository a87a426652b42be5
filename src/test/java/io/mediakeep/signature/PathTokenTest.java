package io.mediakeep.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathTokenTest {
    private static final String SETTING = "mediakeep.kling.callback-token";

    @Test
    void a20MatchesTheTokenAndNothingElse() {
        PathToken token = new PathToken(SETTING, "0123456789abcdef");

        assertThat(token.matches("0123456789abcdef")).isTrue();
        assertThat(token.matches("0123456789abcdeF")).isFalse();
        assertThat(token.matches("0123456789abcdef0")).isFalse();
        assertThat(token.matches("")).isFalse();
        assertThat(token.matches(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123456789abcde", "0123456789abcdef/", "0123456789abcd%41", "0123456789abcdef\u00e9"})
    void refusesWeakOrAmbiguousTokenWithoutRepeatingIt(String token) {
        assertThatThrownBy(() -> new PathToken(SETTING, token))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(SETTING)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("0123456789"));
    }
}
