package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiDoorTest {
    private static final String TOKEN = "0123456789abcdef";

    private final ApiDoor door = new ApiDoor(TOKEN);

    @ParameterizedTest
    @ValueSource(strings = {"Bearer " + TOKEN, "bearer " + TOKEN})
    void letsTheTokenIn(String value) {
        assertThatCode(() -> door.check(Map.of("authorization", value))).doesNotThrowAnyException();
    }

    @Test
    void refusesARequestWithoutTokenWhateverItSaysOfItsOrigin() {
        refuses(Map.of());
        refuses(Map.of(
                "Host", "localhost:8080",
                "Origin", "http://localhost:8080",
                "X-Forwarded-For", "127.0.0.1",
                "X-Real-IP", "127.0.0.1",
                "Forwarded", "for=127.0.0.1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                TOKEN,
                "Basic " + TOKEN,
                "Bearer 0123456789abcdeF",
                "Bearer 0123456789abcde",
                "Bearer 0123456789abcdef0",
                "Bearer  0123456789abcdef",
                "Bearer 0123456789abcdef, Bearer x"
            })
    void refusesWhatIsNotTheToken(String value) {
        refuses(Map.of("Authorization", value));
    }

    @Test
    void refusesTheTokenBesideAnother() {
        refuses(Map.of("Authorization", List.of("Bearer " + TOKEN, "Bearer x")));
    }

    private void refuses(Map<String, Object> headers) {
        assertThatThrownBy(() -> door.check(new HashMap<>(headers)))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.getStatus())
                                .isEqualTo(401));
    }
}
