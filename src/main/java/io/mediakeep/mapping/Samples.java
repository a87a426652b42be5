package io.mediakeep.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Documented payloads and the canonical events they stand for: {@code <folder>/<provider>/<name>.json}, as the mapping gets it,
 * beside {@code <name>.event.json}, as {@code POST /api/normalize} answers it. Thread-safe.
 */
public final class Samples {
    private static final ObjectMapper JSON = new JsonMapper();
    private static final String PAYLOAD = ".json";
    private static final String EVENT = ".event.json";

    private final Path folder;

    public Samples(Path folder) {
        this.folder = folder;
    }

    /** @param event null where nobody has written one yet */
    public record Sample(String provider, String name, Map<String, Object> payload, Map<String, Object> event) {}

    /** Those of a provider in the order of their names; none where it has no folder. */
    public List<Sample> of(String provider) throws IOException {
        Path directory = folder.resolve(provider);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Sample> samples = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(PAYLOAD) && !name.endsWith(EVENT)) {
                    Path event = event(provider, name.substring(0, name.length() - PAYLOAD.length()));
                    samples.add(new Sample(
                            provider,
                            name.substring(0, name.length() - PAYLOAD.length()),
                            read(file),
                            Files.exists(event) ? read(event) : null));
                }
            }
        }
        return samples;
    }

    /** Where the event of a sample stands. */
    public Path event(String provider, String name) {
        return folder.resolve(provider).resolve(name + EVENT);
    }

    /** The first place where two events differ, and what is there; empty where they are equal. */
    public static Optional<String> difference(Object expected, Object found) {
        return difference("", JSON.valueToTree(expected), JSON.valueToTree(found));
    }

    private static Optional<String> difference(String place, JsonNode expected, JsonNode found) {
        if (expected.isContainerNode() && expected.getNodeType() == found.getNodeType()) {
            Set<String> names = new LinkedHashSet<>();
            if (expected.isObject()) {
                expected.fieldNames().forEachRemaining(names::add);
                found.fieldNames().forEachRemaining(names::add);
                return names.stream()
                        .map(name -> difference(
                                place.isEmpty() ? name : place + "." + name, expected.path(name), found.path(name)))
                        .flatMap(Optional::stream)
                        .findFirst();
            }
            for (int i = 0; i < Math.max(expected.size(), found.size()); i++) {
                Optional<String> difference = difference(place + "[" + i + "]", expected.path(i), found.path(i));
                if (difference.isPresent()) {
                    return difference;
                }
            }
            return Optional.empty();
        }
        return Objects.equals(expected.toString(), found.toString())
                ? Optional.empty()
                : Optional.of(place + " is " + text(found) + " instead of " + text(expected));
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() ? "missing" : node.toString();
    }

    private static Map<String, Object> read(Path file) throws IOException {
        try {
            return JSON.readValue(Files.readAllBytes(file), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is no JSON object: " + e.getOriginalMessage(), e);
        }
    }
}
