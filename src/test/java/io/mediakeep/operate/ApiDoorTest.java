package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiDoorTest {
    private static final String URL = "http://localhost:8080/api/summary";
    private static final Object LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
    private final Map<String, Object> headers = new HashMap<>();
    private String url = URL;

    @Test
    void answersLoopbackWhereNoTokenIsSet() {
        assertThatCode(() -> new ApiDoor("").check(LOOPBACK, URL, headers)).doesNotThrowAnyException();
    }

    @Test
    void refusesOtherMachinesWhereNoTokenIsSet() {
        refuses(new ApiDoor(""), new InetSocketAddress("192.0.2.7", 4711), 401);
    }

    @ParameterizedTest
    @CsvSource({"X-Forwarded-For,127.0.0.1,401", "forwarded,for=127.0.0.1,401", "Origin,https://evil.example,403"})
    void refusesProxiesAndForeignPagesWhereNoTokenIsSet(String name, String value, int status) {
        headers.put(name, value);
        refuses(new ApiDoor(null), LOOPBACK, status);
    }

    @ParameterizedTest
    @CsvSource({"http://rebound.example:8080/api/summary", "http:///api/summary", "''", "http://localhost.evil.example/"
    })
    void refusesOtherNamesOfThisMachineWhereNoTokenIsSet(String named) {
        url = named;
        refuses(new ApiDoor(null), LOOPBACK, 403);
    }

    @Test
    void answersItsOwnPage() {
        headers.put("Origin", "http://localhost:8080");
        assertThatCode(() -> new ApiDoor("").check(LOOPBACK, URL, headers)).doesNotThrowAnyException();
    }

    @Test
    void asksForTheTokenAlsoOnLoopback() {
        ApiDoor door = new ApiDoor("0123456789abcdef");
        refuses(door, LOOPBACK, 401);
        headers.put("authorization", "Bearer 0123456789abcdeF");
        refuses(door, LOOPBACK, 401);
        headers.put("authorization", List.of("Bearer 0123456789abcdef", "Bearer x"));
        refuses(door, LOOPBACK, 401);
        headers.put("authorization", "Bearer 0123456789abcdef");
        assertThatCode(() -> door.check(new InetSocketAddress("192.0.2.7", 1), URL, headers))
                .doesNotThrowAnyException();
    }

    private void refuses(ApiDoor door, Object remote, int status) {
        assertThatThrownBy(() -> door.check(remote, url, headers))
                .isInstanceOfSatisfying(
                        ApiException.class,
                        e -> org.assertj.core.api.Assertions.assertThat(e.getStatus())
                                .isEqualTo(status));
    }
}
