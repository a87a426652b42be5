package io.mediakeep.event;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the map that a provider's mapping made into a task event: ids exact, times in UTC, an expiry for every media,
 * nonsense in optional fields dropped. Thread-safe.
 */
public final class TaskEventReader {
    static final int MOST_MEDIA = 1_000;
    private static final int LONGEST_TEXT = 2_000;

    private final Providers providers;
    private final TaskEventSchema schema;
    private final Clock clock;

    public TaskEventReader(Providers providers, TaskEventSchema schema, Clock clock) {
        this.providers = providers;
        this.schema = schema;
        this.clock = clock;
    }

    /**
     * @param provider name of an enabled provider
     * @param mapped   what the mapping made of the payload: a map with the fields of the canonical event, loosely typed
     * @throws FinalFailure with {@code payload_shape} if it is no map, {@code id_invalid} for a task id that cannot be
     *     kept exactly, {@code payload_limits} for too many media, {@code no_output} for a URL that is not a text
     */
    public TaskEvent read(String provider, Object mapped) {
        if (!(mapped instanceof Map<?, ?> map)) {
            throw new FinalFailure(
                    "payload_shape",
                    "the mapping of " + provider + " must give a map, but gave "
                            + (mapped == null ? "nothing" : mapped.getClass().getSimpleName()));
        }
        ProviderSettings settings = providers.get(provider);
        Instant now = clock.instant();
        String taskId = TaskIds.of(map.get("taskId"));
        Optional<TaskStatus> status = TaskStatus.of(map.get("status"));
        Instant createdAt = Times.read(map.get("createdAt"), now).orElse(null);
        Instant updatedAt = Times.read(map.get("updatedAt"), now).orElse(null);
        Instant born = born(createdAt, updatedAt, now);
        TaskEvent event = new TaskEvent(
                provider,
                taskId,
                status.orElse(TaskStatus.SUBMITTED),
                status.isPresent(),
                text(map.get("statusMessage")),
                text(map.get("externalTaskId")),
                createdAt,
                updatedAt,
                text(map.get("units")),
                text(map.get("model")),
                text(map.get("product")),
                Boolean.TRUE.equals(map.get("readAgain")),
                media(map.get("media"), settings, born.plus(settings.retention()), now));
        schema.check(event);
        return event;
    }

    /** The provider keeps results from their making; a time ahead of ours is not believed. */
    private static Instant born(Instant createdAt, Instant updatedAt, Instant now) {
        Instant told = updatedAt != null ? updatedAt : createdAt;
        return told == null || told.isAfter(now) ? now : told;
    }

    private static List<MediaItem> media(Object listed, ProviderSettings settings, Instant retained, Instant now) {
        if (listed == null) {
            return List.of();
        }
        if (!(listed instanceof List<?> list)) {
            throw new FinalFailure(
                    "payload_shape",
                    "media must be a list, but is " + listed.getClass().getSimpleName());
        }
        if (list.size() > MOST_MEDIA) {
            throw new FinalFailure(
                    "payload_limits", "a task must have at most " + MOST_MEDIA + " media, but has " + list.size());
        }
        List<MediaItem> media = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (Object entry : list) {
            if (entry instanceof Map<?, ?> item) {
                String role = String.valueOf(item.get("role") == null ? item.get("kind") : item.get("role"));
                int place = places.merge(role, 1, Integer::sum) - 1;
                if (item.get("url") != null && !"".equals(item.get("url")) && settings.keeps(item.get("role"))) {
                    media.add(item(item, role + ":" + place, retained, now));
                }
            }
        }
        return Outputs.distinct(media);
    }

    private static MediaItem item(Map<?, ?> item, String place, Instant retained, Instant now) {
        if (!(item.get("url") instanceof CharSequence url)) {
            throw new FinalFailure(
                    "no_output",
                    "the URL of a media must be a text, but is "
                            + item.get("url").getClass().getSimpleName());
        }
        Instant expiresAt = Times.read(item.get("expiresAt"), now)
                .or(() -> UrlExpiry.of(url.toString()))
                .orElse(retained);
        return new MediaItem(
                MediaKeys.of(String.valueOf(item.get("key"))),
                String.valueOf(item.get("kind")),
                url.toString(),
                expiresAt,
                positive(item.get("durationSeconds")),
                whole(item.get("width")),
                whole(item.get("height")),
                positive(item.get("fps")),
                place);
    }

    /** Ids and amounts that a provider writes as text stay text; NUL is dropped, as PostgreSQL cannot keep it. */
    private static String text(Object value) {
        if (value == null || value instanceof Map || value instanceof List) {
            return null;
        }
        String text = value instanceof BigDecimal number ? number.toPlainString() : value.toString();
        text = text.replace("\0", "");
        if (text.length() > LONGEST_TEXT) {
            text = text.substring(0, LONGEST_TEXT);
        }
        return text.isEmpty() ? null : text;
    }

    private static Double positive(Object value) {
        try {
            double number = value == null ? Double.NaN : Double.parseDouble(value.toString());
            return Double.isFinite(number) && number > 0 ? number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Integer whole(Object value) {
        Double number = positive(value);
        return number == null || number > Integer.MAX_VALUE ? null : Integer.valueOf(number.intValue());
    }
}
