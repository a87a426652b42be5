package io.mediakeep.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every list of every mapping as shipped, with every kind of bad entry beside a good one. */
class BadEntriesTest {
    private static final String GOOD = "https://m.example.test/good";
    private static final List<String> NOTHING = List.of("null", "{}", "{\"#\":null}", "{\"#\":\"\"}", "{\"#\":\" \"}");
    private static final List<String> BAD = List.of(
            "\"oops\"", "7", "true", "[1]", "[]", "{\"#\":7}", "{\"#\":{\"a\":1}}", "{\"#\":[\"x\"]}", "{\"#\":true}");

    private static ShippedMappings mappings;

    @BeforeAll
    static void open() {
        mappings = new ShippedMappings();
    }

    @AfterAll
    static void close() {
        mappings.close();
    }

    /** Where a provider lists outputs: @ is the list; and in what its entries name a URL. */
    private record Place(String provider, String payload, String url) {}

    private static String kling(String result) {
        return "{\"task_id\":\"1\",\"task_status\":\"succeed\",\"task_result\":" + result + "}";
    }

    private static String suno(String data) {
        return "{\"code\":200,\"msg\":\"ok\",\"data\":" + data + "}";
    }

    private static List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (String list : List.of("videos", "images", "series_images")) {
            places.add(new Place("kling", kling("{\"" + list + "\":@}"), "url"));
        }
        places.add(new Place("kling", kling("{\"audios\":@}"), "url_mp3"));
        places.add(new Place("kling", kling("{\"audios\":@}"), "url"));
        places.add(new Place("kling", kling("{\"voices\":@}"), "trial_url"));
        places.add(new Place(
                "kling",
                kling("{\"elements\":[{\"element_id\":1,\"element_image_list\":" + "{\"refer_images\":@}}]}"),
                "image_url"));
        places.add(new Place(
                "kling",
                kling("{\"elements\":[{\"element_id\":1,\"element_video_list\":" + "{\"refer_videos\":@}}]}"),
                "video_url"));
        places.add(new Place("kling", "{\"id\":\"1\",\"status\":\"succeeded\",\"outputs\":@}", "url"));
        for (String list : List.of("materials", "references")) {
            places.add(new Place(
                    "kling",
                    "{\"id\":\"1\",\"status\":\"succeeded\",\"outputs\":[{\"type\":\"element\",\"id\":\"e\",\"" + list
                            + "\":@}]}",
                    "url"));
        }
        for (String url : List.of("url", "cover_url", "speech_url", "sound_url")) {
            places.add(new Place("vidu", "{\"id\":\"1\",\"state\":\"success\",\"creations\":@}", url));
        }
        for (String url : List.of("audio_url", "image_url")) {
            places.add(new Place("suno", suno("{\"callbackType\":\"complete\",\"task_id\":\"1\",\"data\":@}"), url));
        }
        for (String url : List.of("audioUrl", "imageUrl")) {
            places.add(new Place(
                    "suno", suno("{\"taskId\":\"1\",\"status\":\"SUCCESS\",\"response\":{\"sunoData\":@}}"), url));
        }
        places.add(new Place("suno", "{\"code\":200,\"msg\":\"success\",\"task_id\":\"1\",\"data\":@}", "audio_url"));
        places.add(new Place("suno", suno("{\"taskId\":\"1\",\"images\":@}"), "url"));
        places.add(new Place("suno", suno("{\"taskId\":\"1\",\"successFlag\":1,\"response\":{\"images\":@}}"), "url"));
        places.add(
                new Place("suno", suno("{\"task_id\":\"1\",\"vocal_removal_info\":{\"origin_data\":@}}"), "audio_url"));
        places.add(new Place(
                "suno",
                suno("{\"taskId\":\"1\",\"successFlag\":\"SUCCESS\",\"response\":{\"originData\":@}}"),
                "audio_url"));
        return places;
    }

    @TestFactory
    Stream<DynamicTest> aBadEntryTakesNoGoodOneWithIt() {
        return places().stream().flatMap(place -> {
            String good = "{\"" + place.url() + "\":\"" + GOOD + "\"}";
            return Stream.concat(NOTHING.stream(), BAD.stream())
                    .flatMap(entry -> Stream.of(true, false).map(first -> {
                        String bad = entry.replace("#", place.url());
                        String list = "[" + (first ? bad + "," + good : good + "," + bad) + "]";
                        return DynamicTest.dynamicTest(place.payload() + " " + list, () -> {
                            TaskEvent event = mappings.event(
                                    place.provider(), place.payload().replace("@", list));
                            assertThat(event.media()).extracting(MediaItem::url).contains(GOOD);
                            assertThat(event.status()).isEqualTo(TaskStatus.SUCCEEDED);
                            // A cover image may be a text.
                            if (!(place.payload().contains("images\":@")
                                    && place.provider().equals("suno")
                                    && bad.equals("\"oops\""))) {
                                assertThat(event.media())
                                        .as(place.payload() + list)
                                        .hasSize(1);
                                assertThat(event.unreadable())
                                        .as(place.payload() + list)
                                        .hasSize(NOTHING.contains(entry) ? 0 : 1);
                            }
                        });
                    }));
        });
    }

    @TestFactory
    Stream<DynamicTest> whatStandsWhereAListIsExpectedIsOneEntry() {
        return places().stream()
                .flatMap(place -> Stream.of(
                        DynamicTest.dynamicTest(place.payload() + " object", () -> {
                            if (place.payload().contains("\"task_id\":\"1\",\"data\":@")) {
                                return;
                            }
                            TaskEvent event = mappings.event(
                                    place.provider(),
                                    place.payload().replace("@", "{\"" + place.url() + "\":\"" + GOOD + "\"}"));
                            assertThat(event.media()).extracting(MediaItem::url).containsExactly(GOOD);
                        }),
                        DynamicTest.dynamicTest(place.payload() + " number", () -> {
                            TaskEvent event = mappings.event(
                                    place.provider(), place.payload().replace("@", "7"));
                            assertThat(event.media()).isEmpty();
                            assertThat(event.taskId()).isEqualTo("1");
                        })));
    }

    @TestFactory
    Stream<DynamicTest> whatIsBadBesideTheOutputsSpoilsNone() {
        List<Place> details = List.of(
                new Place(
                        "kling",
                        "{\"task_id\":\"1\",\"task_status\":\"succeed\",\"task_status_msg\":@,"
                                + "\"task_info\":@,\"final_unit_deduction\":@,\"created_at\":@,\"updated_at\":@,\"model_name\":@,"
                                + "\"task_result\":{\"videos\":[{\"id\":@,\"url\":\"" + GOOD + "\",\"duration\":@,"
                                + "\"watermark_url\":@}],\"images\":null}}",
                        ""),
                new Place(
                        "kling",
                        "{\"id\":\"1\",\"status\":\"succeeded\",\"message\":@,\"billing\":@,\"external_id\":@,"
                                + "\"create_time\":@,\"outputs\":[{\"type\":\"image\",\"id\":@,\"url\":\"" + GOOD
                                + "\"}]}",
                        ""),
                new Place("kling", kling("{\"images\":[{\"index\":@,\"url\":\"" + GOOD + "\"}]}"), ""),
                new Place(
                        "vidu",
                        "{\"id\":\"1\",\"state\":\"success\",\"err_code\":@,\"payload\":@,\"credits\":@,\"type\":@,"
                                + "\"model\":@,\"created_at\":@,\"creations\":[{\"id\":@,\"url\":\"" + GOOD
                                + "\",\"video\":@}]}",
                        ""),
                new Place(
                        "vidu",
                        "{\"id\":\"1\",\"state\":\"success\",\"creations\":[{\"url\":\"" + GOOD
                                + "\",\"video\":{\"duration\":@,\"fps\":@,\"resolution\":@}}]}",
                        ""),
                new Place(
                        "suno",
                        suno("{\"taskId\":\"1\",\"successFlag\":\"SUCCESS\",\"createTime\":@,\"completeTime\":@,"
                                + "\"type\":@,\"errorMessage\":@,\"response\":{\"videoUrl\":\"" + GOOD + "\"}}"),
                        ""),
                new Place(
                        "suno",
                        suno("{\"callbackType\":\"complete\",\"task_id\":\"1\",\"data\":[{\"id\":@,\"duration\":@,"
                                + "\"audio_url\":\"" + GOOD + "\"}]}"),
                        ""),
                new Place(
                        "ark",
                        "{\"id\":\"1\",\"status\":\"succeeded\",\"error\":@,\"usage\":@,\"created_at\":@,\"model\":@,"
                                + "\"duration\":@,\"content\":{\"video_url\":\"" + GOOD + "\"}}",
                        ""));
        return details.stream()
                .flatMap(place -> Stream.of("null", "\"oops\"", "7", "true", "[]", "[1]", "{}", "{\"a\":[1]}")
                        .map(value -> DynamicTest.dynamicTest(
                                place.payload() + " " + value,
                                () -> assertThat(mappings.event(
                                                        place.provider(),
                                                        place.payload().replace("@", value))
                                                .media())
                                        .extracting(MediaItem::url)
                                        .contains(GOOD))));
    }

    @ParameterizedTest
    @CsvSource({"7", "{}", "[]", "true"})
    void aUrlOfTheWrongTypeIsToldAndTheOtherOutputsStay(String bad) {
        TaskEvent event = mappings.event(
                "ark",
                "{\"id\":\"1\",\"status\":\"succeeded\",\"content\":{\"video_url\":\"" + GOOD + "\",\"last_frame_url\":"
                        + bad + "}}");
        assertThat(event.media()).extracting(MediaItem::url).containsExactly(GOOD);
        assertThat(event.unreadable()).extracting(TaskEvent.Unreadable::key).containsExactly("last-frame");
    }
}
