package io.mediakeep.event;

import io.mediakeep.event.TaskEvent.Unreadable;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the map that a provider's mapping made into a task event: ids exact, times in UTC, an expiry for every media,
 * nonsense in optional fields dropped. Thread-safe.
 */
public final class TaskEventReader {
    static final int MOST_MEDIA = 1_000;
    private static final int LONGEST_TEXT = 2_000;
    private static final List<String> KINDS = List.of("video", "image", "audio", "model", "text", "archive");

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
     *     kept exactly, {@code payload_limits} for too many media. An output that cannot be read spoils no other
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
        Outputs outputs = outputs(map.get("media"), settings, born.plus(settings.retention()), now);
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
                DistinctOutputs.distinct(outputs.media()),
                Boolean.TRUE.equals(map.get("noMedia")),
                outputs.unreadable());
        schema.check(event);
        return event;
    }

    /** The provider keeps results from their making; a time ahead of ours is not believed. */
    private static Instant born(Instant createdAt, Instant updatedAt, Instant now) {
        Instant told = updatedAt != null ? updatedAt : createdAt;
        return told == null || told.isAfter(now) ? now : told;
    }

    private record Outputs(List<MediaItem> media, List<Unreadable> unreadable, Set<Object> misfits) {}

    private static Outputs outputs(Object listed, ProviderSettings settings, Instant retained, Instant now) {
        Outputs outputs =
                new Outputs(new ArrayList<>(), new ArrayList<>(), Collections.newSetFromMap(new IdentityHashMap<>()));
        if (listed == null) {
            return outputs;
        }
        if (!(listed instanceof List<?> list)) {
            throw new FinalFailure("payload_shape", "media must be a list, but is " + Misfit.name(listed));
        }
        if (list.size() > MOST_MEDIA) {
            throw new FinalFailure(
                    "payload_limits", "a task must have at most " + MOST_MEDIA + " media, but has " + list.size());
        }
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < list.size(); i++) {
            Object entry = list.get(i);
            if (!(entry instanceof Map<?, ?> item)) {
                if (entry != null) {
                    outputs.unreadable()
                            .add(new Unreadable("media-" + i, "it must be a map, but is " + Misfit.name(entry)));
                }
            } else {
                String role = String.valueOf(item.get("role") == null ? item.get("kind") : item.get("role"));
                String place = role + ":" + (places.merge(role, 1, Integer::sum) - 1);
                if (!isAbsent(item.get("url")) && settings.keeps(item.get("role"))) {
                    add(outputs, item, i, place, retained, now);
                }
            }
        }
        return outputs;
    }

    private static boolean isAbsent(Object url) {
        return url == null
                || url instanceof CharSequence text && text.toString().isBlank();
    }

    /**
     * @param number which entry of the list it is
     * @param place  which of the entries of its role it is
     */
    private static void add(Outputs outputs, Map<?, ?> item, int number, String place, Instant retained, Instant now) {
        Object key = item.get("key");
        boolean named = key instanceof CharSequence && !key.toString().isEmpty() || key instanceof Number;
        String mediaKey = named ? MediaKeys.of(key.toString()) : "media-" + number;
        String kind = String.valueOf(item.get("kind"));
        if (item.get("url") instanceof Misfit misfit && !outputs.misfits().add(misfit.value())) {
            // Another output of the same bad entry.
            return;
        }
        if (!(item.get("url") instanceof CharSequence url)) {
            outputs.unreadable()
                    .add(new Unreadable(mediaKey, "its URL must be a text, but is " + Misfit.name(item.get("url"))));
        } else if (!named) {
            outputs.unreadable().add(new Unreadable(mediaKey, "the mapping gives it no key"));
        } else if (!KINDS.contains(kind)) {
            outputs.unreadable().add(new Unreadable(mediaKey, "the mapping must give it one of the kinds " + KINDS));
        } else {
            Instant expiresAt = Times.read(item.get("expiresAt"), now)
                    .or(() -> UrlExpiry.of(url.toString()))
                    .orElse(retained);
            outputs.media()
                    .add(new MediaItem(
                            mediaKey,
                            kind,
                            url.toString(),
                            expiresAt,
                            positive(item.get("durationSeconds")),
                            whole(item.get("width")),
                            whole(item.get("height")),
                            positive(item.get("fps")),
                            place));
        }
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
