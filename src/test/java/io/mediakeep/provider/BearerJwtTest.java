package io.mediakeep.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class BearerJwtTest {
    private static final Instant START = Instant.ofEpochSecond(1785901922);

    private final MovableClock clock = new MovableClock();
    private final BearerJwt jwt = new BearerJwt("ak-test", "sk-test", clock);

    @Test
    void issuesTokenAsTheVendorDescribesIt() {
        // Computed with Python's hmac from the same header, claims and key.
        assertThat(jwt.token())
                .isEqualTo("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
                        + "eyJpc3MiOiJhay10ZXN0IiwiZXhwIjoxNzg1OTAzNzIyLCJuYmYiOjE3ODU5MDE5MTd9."
                        + "CH6hws0v61ctPvKVAclg8TKAenqS4hHpfaFolnNxjno");
        assertThat(claims(jwt.token())).isEqualTo("{\"iss\":\"ak-test\",\"exp\":1785903722,\"nbf\":1785901917}");
    }

    @Test
    void keepsTokenForHalfItsLife() {
        String first = jwt.token();
        clock.now = START.plusSeconds(899);
        assertThat(jwt.token()).isSameAs(first);
        clock.now = START.plusSeconds(900);
        assertThat(claims(jwt.token())).contains("\"exp\":1785904622");
    }

    @Test
    void issuesAnotherWhenTheClockWasSetBack() {
        String first = jwt.token();
        clock.now = START.minusSeconds(60);
        assertThat(jwt.token()).isNotEqualTo(first);
    }

    @Test
    void refusesMissingKeys() {
        assertThatThrownBy(() -> new BearerJwt("", "sk", clock)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BearerJwt("ak", " ", clock)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String claims(String token) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
    }

    private static final class MovableClock extends Clock {
        private Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
