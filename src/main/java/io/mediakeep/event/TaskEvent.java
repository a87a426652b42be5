package io.mediakeep.event;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The canonical task event: what any provider's callback, task detail or list item says, in one shape.
 *
 * @param statusKnown   false if the provider's word was not in the mapping; then {@code status} is the lowest rank
 * @param statusMessage null where not told, like every field below that is not a list or a flag
 * @param product       where a list showed the task, as a hint for a later read
 * @param readAgain     whether this source tells less than a read of the task would
 * @param noMedia       whether a task of this product succeeds without any media
 * @param unreadable    outputs that the payload names in a way that cannot be read
 */
public record TaskEvent(
        String provider,
        String taskId,
        TaskStatus status,
        boolean statusKnown,
        String statusMessage,
        String externalTaskId,
        Instant createdAt,
        Instant updatedAt,
        String units,
        String model,
        String product,
        boolean readAgain,
        List<MediaItem> media,
        boolean noMedia,
        List<Unreadable> unreadable) {

    /**
     * An output without a usable address.
     *
     * @param key  as of a {@link MediaItem}
     * @param what what is wrong, without any value of the payload
     */
    public record Unreadable(String key, String what) {}

    /** An event of which everything can be read. */
    public TaskEvent(
            String provider,
            String taskId,
            TaskStatus status,
            boolean statusKnown,
            String statusMessage,
            String externalTaskId,
            Instant createdAt,
            Instant updatedAt,
            String units,
            String model,
            String product,
            boolean readAgain,
            List<MediaItem> media) {
        this(
                provider,
                taskId,
                status,
                statusKnown,
                statusMessage,
                externalTaskId,
                createdAt,
                updatedAt,
                units,
                model,
                product,
                readAgain,
                media,
                false,
                List.of());
    }

    /** Whether the task has succeeded, but names nothing although it should. */
    public boolean lacksOutput() {
        return status == TaskStatus.SUCCEEDED && media.isEmpty() && !noMedia;
    }

    /** The same event, found in a list. */
    public TaskEvent in(String list) {
        return new TaskEvent(
                provider,
                taskId,
                status,
                statusKnown,
                statusMessage,
                externalTaskId,
                createdAt,
                updatedAt,
                units,
                model,
                list,
                readAgain,
                media,
                noMedia,
                unreadable);
    }

    /** The event as JSON-ready map, as the schema {@code task-event.schema.json} describes it. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("provider", provider);
        map.put("taskId", taskId);
        map.put("status", status.word());
        map.put("statusMessage", statusMessage);
        putIfPresent(map, "externalTaskId", externalTaskId);
        putIfPresent(map, "createdAt", createdAt == null ? null : createdAt.toString());
        putIfPresent(map, "updatedAt", updatedAt == null ? null : updatedAt.toString());
        putIfPresent(map, "units", units);
        putIfPresent(map, "model", model);
        map.put("media", media.stream().map(MediaItem::toMap).toList());
        return map;
    }

    static void putIfPresent(Map<String, Object> map, String name, Object value) {
        if (value != null) {
            map.put(name, value);
        }
    }
}
