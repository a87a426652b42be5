package io.mediakeep.poll;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.mediakeep.digest.Digests;
import io.mediakeep.event.TaskIds;
import io.mediakeep.failure.FinalFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Names an item of a list that cannot be read: by its id, so that it is told once however it changes from poll to poll, or
 * by its content, which tells it from the others of its page and no more. Thread-safe.
 */
final class ItemKey {
    private static final List<String> ID_NAMES = List.of("task_id", "taskId", "id", "job_id", "jobId", "uuid");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private ItemKey() {}

    /** The item's own id, empty where it has none that could be a task's. */
    static Optional<String> id(Object item) {
        if (item instanceof Map<?, ?> map) {
            for (String name : ID_NAMES) {
                if (map.get(name) != null) {
                    try {
                        return Optional.of("id:" + TaskIds.of(map.get(name)));
                    } catch (FinalFailure e) {
                        // An id that is none names nothing.
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The item's own id where one is found, else a hash of its content without the query strings of its URLs. */
    static String of(Object item) {
        return id(item).orElseGet(() -> {
            try {
                return Digests.sha256(JSON.writeValueAsBytes(lasting(item)));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("what was read as JSON can be written as JSON", e);
            }
        });
    }

    private static Object lasting(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> lasting = new LinkedHashMap<>();
            map.forEach((name, member) -> lasting.put(String.valueOf(name), lasting(member)));
            return lasting;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ItemKey::lasting).collect(Collectors.toList());
        }
        if (value instanceof CharSequence text && text.toString().matches("(?is)https?://.*")) {
            return text.toString().replaceFirst("(?s)[?#].*", "");
        }
        return value;
    }
}
