package io.mediakeep.manifest;

import io.mediakeep.digest.Checksum;
import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskIds;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.RebuildLedger.Media;
import io.mediakeep.ledger.RebuildLedger.Task;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads a manifest back. The bucket may be written by others, so nothing in it is taken for granted. Thread-safe. */
final class ManifestReader {
    private static final String SCHEMA = "urn:mediakeep:manifest:1";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Pattern PROVIDER = Pattern.compile("[a-z0-9-]{1,32}");

    private final StrictJson json = new StrictJson(100_000, 10_000);

    /**
     * Media that the manifest calls stored carry their object, not yet looked for.
     *
     * @throws RuntimeException if it is no manifest of ours
     */
    Task read(byte[] content) {
        Map<String, Object> task = json.readObject(content);
        require(SCHEMA.equals(task.get("schema")), "schema");
        String status = word(task, "status", List.of("submitted", "processing", "failed", "succeeded"));
        boolean ended = status.equals("failed") || status.equals("succeeded");
        Instant firstSeenAt = time(task, "firstSeenAt");
        Instant finishedAt = time(task, "finishedAt");
        require(firstSeenAt != null, "firstSeenAt");
        require(ended == (finishedAt != null), "finishedAt");
        String provider = text(task, "provider");
        require(provider != null && PROVIDER.matcher(provider).matches(), "provider");
        require(task.get("revision") instanceof Long revision && revision > 0, "revision");
        List<Media> media = new ArrayList<>();
        require(task.get("media") instanceof List<?>, "media");
        for (Object item : (List<?>) task.get("media")) {
            require(item instanceof Map<?, ?>, "media");
            @SuppressWarnings("unchecked")
            Map<String, Object> fields = (Map<String, Object>) item;
            media.add(media(fields, firstSeenAt));
        }
        return new Task(
                provider,
                TaskIds.of(task.get("taskId")),
                status,
                text(task, "statusMessage"),
                text(task, "externalTaskId"),
                time(task, "createdAt"),
                time(task, "updatedAt"),
                text(task, "units"),
                text(task, "model"),
                text(task, "product"),
                word(task, "firstSeenBy", List.of("callback", "poll", "watch")),
                firstSeenAt,
                time(task, "callbackAt"),
                time(task, "polledAt"),
                finishedAt,
                (Long) task.get("revision"),
                List.copyOf(media));
    }

    private static Media media(Map<String, Object> media, Instant firstSeenAt) {
        String key = text(media, "key");
        require(key != null && KEY.matcher(key).matches(), "key");
        Instant addedAt = time(media, "addedAt");
        Media found = new Media(
                key,
                word(media, "kind", List.of("video", "image", "audio", "model", "text", "archive")),
                decimal(media, "durationSeconds"),
                whole(media, "width"),
                whole(media, "height"),
                decimal(media, "fps"),
                addedAt == null ? firstSeenAt : addedAt,
                time(media, "expiresAt"),
                time(media, "storedAt"),
                null,
                keys(media.get("aliases")));
        if (!"stored".equals(media.get("state"))) {
            return found.missing();
        }
        String objectKey = text(media, "objectKey");
        Checksum checksum = Checksum.find(name -> text(media, name)).orElse(null);
        Long size = whole(media, "size");
        require(objectKey != null && !objectKey.isEmpty() && objectKey.length() <= 1_024, "objectKey");
        require(checksum != null, "sha256");
        require(size != null && size > 0, "size");
        require(found.storedAt() != null, "storedAt");
        return new Media(
                found.key(),
                found.kind(),
                found.durationSeconds(),
                found.width(),
                found.height(),
                found.fps(),
                found.addedAt(),
                found.expiresAt(),
                found.storedAt(),
                new Stored(objectKey, size, checksum, text(media, "contentType"), text(media, "sourceHost")),
                found.aliases());
    }

    private static List<String> keys(Object value) {
        require(value == null || value instanceof List<?>, "aliases");
        List<String> keys = new ArrayList<>();
        for (Object key : value == null ? List.of() : (List<?>) value) {
            require(key instanceof String text && KEY.matcher(text).matches(), "aliases");
            keys.add((String) key);
        }
        return List.copyOf(keys);
    }

    private static String text(Map<String, Object> from, String name) {
        Object value = from.get(name);
        require(value == null || value instanceof String, name);
        return (String) value;
    }

    private static String word(Map<String, Object> from, String name, List<String> words) {
        String value = text(from, name);
        require(words.contains(String.valueOf(value)), name);
        return value;
    }

    private static Instant time(Map<String, Object> from, String name) {
        String value = text(from, name);
        try {
            return value == null
                    ? null
                    : Instant.ofEpochMilli(Instant.parse(value).toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + name + "' is no time", e);
        }
    }

    private static Long whole(Map<String, Object> from, String name) {
        Object value = from.get(name);
        require(value == null || value instanceof Long, name);
        return (Long) value;
    }

    private static Double decimal(Map<String, Object> from, String name) {
        Object value = from.get(name);
        require(value == null || value instanceof Number, name);
        return value == null ? null : ((Number) value).doubleValue();
    }

    private static void require(boolean fits, String name) {
        if (!fits) {
            throw new IllegalArgumentException("'" + name + "' is missing or wrong");
        }
    }
}
