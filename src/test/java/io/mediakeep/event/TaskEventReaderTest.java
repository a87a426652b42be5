package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.Failure;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskEventReaderTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Map<String, String> SETTINGS = Map.of(
            "mediakeep.p.enabled", "true",
            "mediakeep.p.confirm", "never",
            "mediakeep.p.api-url", "https://api.example",
            "mediakeep.p.retention", "24h",
            "mediakeep.p.poll-interval", "60s",
            "mediakeep.p.poll-lookback", "7d",
            "mediakeep.p.media-hosts", "*",
            "mediakeep.p.keep", "video");
    private final TaskEventReader reader = new TaskEventReader(
            Providers.read(new Settings(name -> Optional.ofNullable(SETTINGS.get(name))), List.of("p")),
            new TaskEventSchema(),
            Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void keepsIdsAndAmountsAsText() {
        TaskEvent event = read("taskId", 12345678901234567L, "units", 4, "status", "succeeded");
        assertThat(event.taskId()).isEqualTo("12345678901234567");
        assertThat(event.units()).isEqualTo("4");
        assertThat(event.status()).isEqualTo(TaskStatus.SUCCEEDED);
    }

    @Test
    void takesAnUnknownStatusForTheLowest() {
        TaskEvent event = read("taskId", "t", "status", "finishing");
        assertThat(event.statusKnown()).isFalse();
        assertThat(event.status()).isEqualTo(TaskStatus.SUBMITTED);
    }

    @Test
    void derivesTheExpiryFromThePayloadThenTheUrlThenTheRetention() {
        assertThat(expiry(Map.of("url", "https://m/a", "expiresAt", "2026-01-02T05:00:00Z")))
                .isEqualTo(Instant.parse("2026-01-02T05:00:00Z"));
        assertThat(expiry(Map.of("url", "https://m/a?X-Amz-Date=20260102T030000Z&X-Amz-Expires=3600")))
                .isEqualTo(Instant.parse("2026-01-02T04:00:00Z"));
        assertThat(expiry(Map.of("url", "https://m/a"))).isEqualTo(NOW.plus(Duration.ofHours(24)));
    }

    @Test
    void doesNotBelieveATimeAheadOfOurs() {
        TaskEvent event = read(
                "taskId",
                "t",
                "status",
                "succeeded",
                "updatedAt",
                "2031-01-02T03:04:05Z",
                "media",
                List.of(media("1", "https://m/a")));
        assertThat(event.media().get(0).expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(24)));
    }

    @Test
    void leavesOutMediaWithoutUrlAndOfOtherRoles() {
        Map<Object, Object> cover = new HashMap<>(media("c", "https://m/c"));
        cover.put("role", "cover");
        Map<Object, Object> absent = new HashMap<>(media("n", "x"));
        absent.put("url", null);
        TaskEvent event = read(
                "taskId",
                "t",
                "status",
                "succeeded",
                "media",
                List.of(media("1", "https://m/1"), media("2", ""), absent, cover));
        assertThat(event.media()).extracting(MediaItem::url).containsExactly("https://m/1");
    }

    @Test
    void keepsTwoOutputsThatTheProviderGaveOneName() {
        TaskEvent event = read(
                "taskId",
                "t",
                "status",
                "succeeded",
                "media",
                List.of(
                        media("0", "https://m/a.png?sign=1"),
                        media("0", "https://m/b.png"),
                        media("0", "https://m/a.png?sign=2"),
                        media("0-2", "https://m/c.png"),
                        media("0", "https://m/d.png")));
        assertThat(event.media())
                .extracting(media -> media.key() + " " + media.url())
                .containsExactly(
                        "0 https://m/a.png?sign=1",
                        "0-3 https://m/b.png",
                        "0-2 https://m/c.png",
                        "0-4 https://m/d.png");
    }

    @Test
    void countsOutputsByTheirRoleAlsoWhereOneIsEmpty() {
        TaskEvent event = read(
                "taskId", "t", "status", "succeeded", "media", List.of(media("0", ""), media("1", "https://m/b.mp4")));
        assertThat(event.media()).extracting(MediaItem::place).containsExactly("video:1");
    }

    @Test
    void dropsNumbersThatMakeNoSense() {
        Map<Object, Object> media = new HashMap<>(media("1", "https://m/1"));
        media.put("durationSeconds", "NaN");
        media.put("width", -5);
        media.put("fps", new java.math.BigDecimal("1e400"));
        TaskEvent event = read("taskId", "t", "status", "succeeded", "media", List.of(media));
        assertThat(event.media().get(0))
                .extracting("durationSeconds", "width", "fps")
                .containsOnlyNulls();
    }

    @Test
    void theCanonicalEventHoldsWhatIsKnownAndNothingElse() {
        Map<Object, Object> media = new HashMap<>(media("1", "https://m/1"));
        media.put("durationSeconds", "5.5");
        media.put("width", 1920);
        media.put("height", "1080");
        media.put("fps", 24);
        TaskEvent event = read(
                "taskId",
                "t",
                "status",
                "succeeded",
                "externalTaskId",
                "order-7",
                "createdAt",
                "2026-01-02T03:00:00Z",
                "updatedAt",
                "2026-01-02T03:01:00Z",
                "units",
                4,
                "model",
                "m-1",
                "media",
                List.of(media));
        assertThat(event.toMap())
                .containsEntry("externalTaskId", "order-7")
                .containsEntry("createdAt", "2026-01-02T03:00:00Z")
                .containsEntry("updatedAt", "2026-01-02T03:01:00Z")
                .containsEntry("units", "4")
                .containsEntry("model", "m-1")
                .containsEntry(
                        "media",
                        List.of(Map.of(
                                "key",
                                "1",
                                "kind",
                                "video",
                                "url",
                                "https://m/1",
                                "expiresAt",
                                "2026-01-03T03:01:00Z",
                                "durationSeconds",
                                5.5,
                                "width",
                                1920,
                                "height",
                                1080,
                                "fps",
                                24.0)));
        assertThat(read("taskId", "t", "status", "failed").toMap())
                .containsOnlyKeys("provider", "taskId", "status", "statusMessage", "media");
    }

    @Test
    void theRetentionBeginsWithTheTimeOfTheResult() {
        TaskEvent event = read(
                "taskId",
                "t",
                "status",
                "succeeded",
                "createdAt",
                "2026-01-01T00:00:00Z",
                "media",
                List.of(media("1", "https://m/a")));
        assertThat(event.media().get(0).expiresAt()).isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
    }

    @Test
    void takesAsManyMediaAndAsMuchTextAsItSays() {
        List<Object> most = new java.util.ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            most.add(media("k" + i, "https://m/" + i));
        }
        assertThat(read("taskId", "t", "status", "succeeded", "media", most).media())
                .hasSize(1_000);
        assertThat(read("taskId", "t", "status", "failed", "statusMessage", "a".repeat(10_000))
                        .statusMessage())
                .matches("a+")
                .hasSize(2_000);
    }

    @Test
    void aNumberThatNoIntegerHoldsIsNoWidth() {
        Map<Object, Object> media = new HashMap<>(media("1", "https://m/1"));
        media.put("width", Integer.MAX_VALUE);
        media.put("height", 1L + Integer.MAX_VALUE);
        media.put("durationSeconds", 0);
        TaskEvent event = read("taskId", "t", "status", "succeeded", "media", List.of(media));
        assertThat(event.media().get(0))
                .extracting("width", "height", "durationSeconds")
                .containsExactly(Integer.MAX_VALUE, null, null);
    }

    @Test
    void anEmptyEntryIsNoBadOne() {
        List<Object> entries = new java.util.ArrayList<>();
        entries.add(null);
        entries.add(media("1", "https://m/1"));
        assertThat(read("taskId", "t", "status", "succeeded", "media", entries).unreadable())
                .isEmpty();
    }

    @Test
    void aStatusIsFinalOrNotAndRanksNeverGoBack() {
        assertThat(java.util.Arrays.stream(TaskStatus.values())
                        .map(status -> status.rank() + " " + status.word() + " " + status.isFinal()))
                .containsExactly("0 submitted false", "1 processing false", "2 failed true", "3 succeeded true");
    }

    @Test
    void dropsNulFromTexts() {
        assertThat(read("taskId", "t", "status", "failed", "statusMessage", "a\u0000b")
                        .statusMessage())
                .isEqualTo("ab");
    }

    @Test
    void refusesWhatIsNoEvent() {
        assertReason("payload_shape", () -> reader.read("p", "text"));
        assertReason("payload_shape", () -> reader.read("p", null));
        assertReason("id_invalid", () -> read("status", "succeeded"));
        assertReason("id_invalid", () -> read("taskId", " t", "status", "succeeded"));
        assertReason("payload_shape", () -> read("taskId", "t", "media", "https://m/1"));
        assertReason(
                "payload_limits",
                () -> read("taskId", "t", "media", Collections.nCopies(1_001, media("1", "https://m/1"))));
    }

    @Test
    void tellsAnOutputThatCannotBeReadAndKeepsTheOthers() {
        TaskEvent event = read(
                "taskId",
                "t",
                "status",
                "succeeded",
                "media",
                List.of(
                        media("1", "https://m/1"),
                        Map.of("key", "2", "url", 42),
                        "text",
                        Map.of("key", "3", "url", "https://m/3", "kind", "spell"),
                        Map.of("key", "", "url", "https://m/4", "kind", "video")));
        assertThat(event.media()).extracting(MediaItem::key).containsExactly("1");
        assertThat(event.unreadable())
                .extracting(TaskEvent.Unreadable::key)
                .containsExactly("2", "media-2", "3", "media-4");
        assertThat(event.unreadable().get(0).what()).isEqualTo("its URL must be a text, but is a number");
    }

    @Test
    void aProductWithoutMediaLacksNone() {
        assertThat(read("taskId", "t", "status", "succeeded").lacksOutput()).isTrue();
        assertThat(read("taskId", "t", "status", "succeeded", "noMedia", true).lacksOutput())
                .isFalse();
    }

    private Instant expiry(Map<String, String> media) {
        Map<Object, Object> item = new HashMap<>(media("1", "x"));
        item.putAll(media);
        return read("taskId", "t", "status", "succeeded", "media", List.of(item))
                .media()
                .get(0)
                .expiresAt();
    }

    private static Map<Object, Object> media(String key, String url) {
        return Map.of("key", key, "kind", "video", "role", "video", "url", url);
    }

    private TaskEvent read(Object... pairs) {
        Map<Object, Object> map = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return reader.read("p", map);
    }

    private static void assertReason(String reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Failure.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
