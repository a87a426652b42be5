package io.mediakeep.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.failure.FinalFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every sample of every shipped provider with one value after the other spoilt as payloads of the field are. */
class SpoiltSamplesTest {
    private static final ObjectMapper JSON = new JsonMapper();
    private static final Samples SAMPLES = new Samples(Path.of("src/test/samples"));
    private static final List<String> ANYTHING = List.of("null", "\"\"", "\"oops\"", "999", "true", "[]", "[1]", "{}");
    private static final Set<TaskStatus> ENDS = Set.of(TaskStatus.SUCCEEDED, TaskStatus.FAILED);

    /** Where one value alone tells failure from success with the same outputs. */
    private static final Set<String> DECIDE = Set.of("xai moderated /video/respect_moderation");

    private static ShippedMappings mappings;

    @BeforeAll
    static void open() {
        mappings = new ShippedMappings();
    }

    @AfterAll
    static void close() {
        mappings.close();
    }

    private record Case(String provider, String name, JsonNode payload, TaskEvent event) {}

    private interface Check {
        void of(Case sample) throws Exception;
    }

    private static Stream<DynamicTest> each(Check check) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String provider : ShippedMappings.names()) {
            for (Samples.Sample sample : SAMPLES.of(provider)) {
                tests.add(DynamicTest.dynamicTest(provider + " " + sample.name(), () -> {
                    JsonNode payload = JSON.valueToTree(sample.payload());
                    check.of(new Case(provider, sample.name(), payload, mappings.event(provider, payload.toString())));
                }));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> oneValueOfAnyKindMakesNoOtherEndAndTakesNoOtherOutput() throws IOException {
        return each(sample -> {
            List<String> wrong = new ArrayList<>();
            for (String pointer : leaves(sample.payload())) {
                if (DECIDE.contains(sample.provider() + " " + sample.name() + " " + pointer)) {
                    continue;
                }
                String lost = sample.payload().at(pointer).asText();
                for (String value : ANYTHING) {
                    TaskEvent event = event(sample.provider(), with(sample.payload(), pointer, JSON.readTree(value)));
                    if (event == null) {
                        continue;
                    }
                    if (ENDS.contains(event.status())
                            && event.status() != sample.event().status()
                            && !event.lacksOutput()) {
                        wrong.add(pointer + " = " + value + ": " + event.status());
                    }
                    if (event.status() == TaskStatus.SUCCEEDED) {
                        urls(sample.event()).stream()
                                .filter(url ->
                                        !lost.contains(url) && !urls(event).contains(url))
                                .forEach(url -> wrong.add(pointer + " = " + value + ": no " + url));
                    }
                }
            }
            assertThat(wrong).isEmpty();
        });
    }

    @TestFactory
    Stream<DynamicTest> aWordInAnotherCaseIsTheSameWordOrNone() throws IOException {
        return each(sample -> {
            List<String> wrong = new ArrayList<>();
            for (String pointer : leaves(sample.payload())) {
                JsonNode value = sample.payload().at(pointer);
                if (value.isTextual() && !value.asText().contains("://")) {
                    for (String text : List.of(
                            value.asText().toUpperCase(Locale.ROOT),
                            value.asText().toLowerCase(Locale.ROOT))) {
                        TaskEvent event =
                                event(sample.provider(), with(sample.payload(), pointer, JSON.valueToTree(text)));
                        if (event.statusKnown()
                                && (event.status() != sample.event().status()
                                        || !urls(event).equals(urls(sample.event())))) {
                            wrong.add(pointer + " = " + text + ": " + event.status() + " " + urls(event));
                        }
                    }
                }
            }
            assertThat(wrong).isEmpty();
        });
    }

    @TestFactory
    Stream<DynamicTest> numbersAsTextsAreTheSameNumbers() throws IOException {
        return each(sample -> {
            for (String pointer : leaves(sample.payload())) {
                JsonNode value = sample.payload().at(pointer);
                if (value.isNumber()) {
                    TaskEvent event =
                            event(sample.provider(), with(sample.payload(), pointer, JSON.valueToTree(value.asText())));
                    assertThat(event.toMap())
                            .as(pointer)
                            .isEqualTo(sample.event().toMap());
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> successWithoutAnOutputIsToldAndNotPassedOver() throws IOException {
        return each(sample -> {
            if (sample.event().media().isEmpty() || sample.event().status() != TaskStatus.SUCCEEDED) {
                return;
            }
            for (String nothing : List.of("null", "\"\"", "\"data:image/png;base64,iVBORw0KGgo=\"")) {
                JsonNode empty = sample.payload();
                for (String pointer : leaves(empty)) {
                    String text = empty.at(pointer).asText();
                    if (text.startsWith("https://")) {
                        empty = JSON.readTree(with(empty, pointer, JSON.readTree(nothing)));
                    } else if (text.contains("https://")) {
                        empty = JSON.readTree(
                                with(empty, pointer, JSON.valueToTree(text.replaceAll("\"https://[^\"]*\"", nothing))));
                    }
                }
                TaskEvent event = event(sample.provider(), empty.toString());
                assertThat(event.noMedia()).as(nothing).isFalse();
                assertThat(event.status()).as(nothing).isNotEqualTo(TaskStatus.FAILED);
            }
        });
    }

    private static List<String> urls(TaskEvent event) {
        return event.media().stream().map(MediaItem::url).toList();
    }

    /** Null where the payload is told as one that cannot be taken. */
    private static TaskEvent event(String provider, String payload) {
        try {
            return mappings.event(provider, payload);
        } catch (FinalFailure told) {
            return null;
        } catch (CamelExecutionException e) {
            if (e.getCause() instanceof FinalFailure) {
                return null;
            }
            throw e;
        }
    }

    private static List<String> leaves(JsonNode node) {
        List<String> found = new ArrayList<>();
        leaves(node, "", found);
        return found;
    }

    private static void leaves(JsonNode node, String pointer, List<String> found) {
        if (node instanceof ObjectNode object) {
            object.fields().forEachRemaining(field -> leaves(field.getValue(), pointer + "/" + field.getKey(), found));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                leaves(array.get(i), pointer + "/" + i, found);
            }
        } else {
            found.add(pointer);
        }
    }

    private static String with(JsonNode payload, String pointer, JsonNode value) {
        JsonNode copy = payload.deepCopy();
        int cut = pointer.lastIndexOf('/');
        JsonNode parent = copy.at(pointer.substring(0, cut));
        String last = pointer.substring(cut + 1);
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(last), value);
        } else {
            ((ObjectNode) parent).set(last, value);
        }
        return copy.toString();
    }
}
