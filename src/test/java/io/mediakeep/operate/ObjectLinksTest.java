package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObjectLinksTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:07:00Z");

    @Test
    void isGoodForThatMediaAloneAndForHalfAnHourAtMost() throws ApiException {
        Map<String, String> link = read(links("token", NOW).link("kling", "a/b ä", "video-0"));

        assertThat(good(links("token", NOW), link)).isTrue();
        assertThat(good(links("token", NOW.plus(Duration.ofMinutes(15))), link)).isTrue();
        assertThat(good(links("token", NOW.plus(Duration.ofMinutes(30))), link)).isFalse();
        assertThat(good(links("another", NOW), link)).isFalse();
        for (String name : Set.of("provider", "task", "media", "until", "proof")) {
            Map<String, String> other = new java.util.HashMap<>(link);
            other.put(name, name.equals("until") ? "99999999999" : link.get(name) + "x");
            assertThat(good(links("token", NOW), other)).as(name).isFalse();
            other.remove(name);
            assertThat(good(links("token", NOW), other)).as(name).isFalse();
        }
    }

    @Test
    void staysTheSameForAWhileSoThatAPageDoesNotLoadAnew() {
        String link = links("token", NOW).link("kling", "1", "video-0");

        assertThat(links("token", NOW.plus(Duration.ofMinutes(5))).link("kling", "1", "video-0"))
                .isEqualTo(link);
        assertThat(links("token", NOW.plus(Duration.ofMinutes(10))).link("kling", "1", "video-0"))
                .isNotEqualTo(link);
    }

    private static ObjectLinks links(String token, Instant now) {
        return new ObjectLinks(token, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Map<String, String> read(String link) throws ApiException {
        return Api.query(link.substring(link.indexOf('?') + 1), Set.of("provider", "task", "media", "until", "proof"));
    }

    private static boolean good(ObjectLinks links, Map<String, String> link) {
        return links.isGood(
                link.getOrDefault("provider", ""),
                link.getOrDefault("task", ""),
                link.getOrDefault("media", ""),
                link.get("until"),
                link.get("proof"));
    }
}
