package io.mediakeep.event;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One output of a task.
 *
 * @param key             stable within the task, {@code [A-Za-z0-9._-]{1,128}}
 * @param kind            {@code video}, {@code image}, {@code audio}, {@code model}, {@code text} or {@code archive}
 * @param url             as the provider wrote it, not checked yet
 * @param expiresAt       when the URL dies
 * @param durationSeconds null where not told, like the three after it
 * @param place           which of the outputs of its role it is, such as {@code video:0}; null where nobody counts them
 */
public record MediaItem(
        String key,
        String kind,
        String url,
        Instant expiresAt,
        Double durationSeconds,
        Integer width,
        Integer height,
        Double fps,
        String place) {

    public MediaItem(
            String key,
            String kind,
            String url,
            Instant expiresAt,
            Double durationSeconds,
            Integer width,
            Integer height,
            Double fps) {
        this(key, kind, url, expiresAt, durationSeconds, width, height, fps, null);
    }

    /** The same output under another key. */
    public MediaItem named(String other) {
        return new MediaItem(other, kind, url, expiresAt, durationSeconds, width, height, fps, place);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", key);
        map.put("kind", kind);
        map.put("url", url);
        map.put("expiresAt", expiresAt.toString());
        TaskEvent.putIfPresent(map, "durationSeconds", durationSeconds);
        TaskEvent.putIfPresent(map, "width", width);
        TaskEvent.putIfPresent(map, "height", height);
        TaskEvent.putIfPresent(map, "fps", fps);
        return map;
    }
}
