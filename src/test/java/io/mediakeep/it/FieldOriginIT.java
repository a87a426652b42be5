package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins as they were met in the field, from the list of a provider to the bucket, by the application as shipped. */
class FieldOriginIT {
    private static final OffsetClock CLOCK = new OffsetClock();
    private static final String KEY = "kling-api-key-secret";
    private static final Map<String, Sent> SENT = new ConcurrentHashMap<>();

    private static FakeKling kling;
    private static HttpServer origin;
    private static RunningMediakeep app;

    /** An answer, by the path exactly as it was asked for. */
    private record Sent(int status, Map<String, String> headers, byte[] body) {}

    @BeforeAll
    static void start() throws IOException {
        kling = new FakeKling(CLOCK, KEY, null, null);
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 20);
        origin.createContext("/", FieldOriginIT::serve);
        origin.start();
        app = new RunningMediakeep(CLOCK)
                .provider("kling", kling, "kling-token-0123456789")
                .set("mediakeep.kling.api-key", KEY)
                .set("mediakeep.kling.lists", "videos/text2video")
                .start();
    }

    @AfterAll
    static void stop() {
        app.close();
        kling.close();
        origin.stop(0);
    }

    @ParameterizedTest(name = "Content-Encoding: {0}")
    @ValueSource(strings = {"aws-chunked", "UTF-8", "binary"})
    void storesWhatNoCompressionIsNamedFor(String word) {
        byte[] video = Media.mp4(1);
        send("/" + word + ".mp4", Map.of("Content-Encoding", word), video);

        assertThat(stored("encoding-" + word.toLowerCase(), "/" + word + ".mp4"))
                .isEqualTo("video/mp4");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "mov-mdat-first, video/quicktime, mov",
        "mp4-free-first, video/mp4, mp4",
        "mp3-tag-too-short, audio/mpeg, mp3",
        "mp3-junk-first, audio/mpeg, mp3",
        "live.webm, video/webm, webm",
        "a.avi, video/x-msvideo, avi",
        "a.flv, video/x-flv, flv",
        "a.aiff, audio/aiff, aiff",
        "a.tif, image/tiff, tif"
    })
    void storesWhatPlayersPlay(String what, String contentType, String extension) throws IOException {
        byte[] bytes = media(what);
        send("/" + what, Map.of(), bytes);

        assertThat(stored("plays-" + what, "/" + what)).isEqualTo(contentType);
        assertThat(app.object("kling/plays-" + what + "/video-v." + extension)).isEqualTo(bytes);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            blank | /r/706d32df_Lead Vocal.mp3?s=a%2Fb | /r/706d32df_Lead%20Vocal.mp3?s=a%2Fb
            utf8  | /r/Überall.mp4                     | /r/%C3%9Cberall.mp4
            caret | /a^b.mp4?p={1}                     | /a%5Eb.mp4?p=%7B1%7D
            """)
    void fetchesAUrlThatIsNotWrittenAsOne(String id, String given, String asked) {
        send(asked, Map.of(), Media.mp4(2));

        assertThat(stored("url-" + id, given)).isEqualTo("video/mp4");
    }

    @Test
    void fetchesAUrlWithABar() {
        send("/a%7Cb.mp4?x-oss-process=video/snapshot,t_0%7Csig", Map.of(), Media.mp4(2));

        assertThat(stored("url-bar", "/a|b.mp4?x-oss-process=video/snapshot,t_0|sig"))
                .isEqualTo("video/mp4");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"blank, /m/lead vocal.mp4, /m/lead%20vocal.mp4", "utf8, /m/é.mp4, /m/%C3%A9.mp4"})
    void followsALocationThatIsNotWrittenAsAUrl(String id, String location, String asked) {
        String bytes = new String(location.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        SENT.put("/from/" + id, new Sent(302, Map.of("Location", bytes), new byte[0]));
        send(asked, Map.of(), Media.mp4(3));

        assertThat(stored("location-" + id, "/from/" + id)).isEqualTo("video/mp4");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"range", "cut", "page", "204", "304", "unknown", "chunk"})
    void keepsNothingOfWhatIsNotTheResultAndTriesAgain(String how) {
        byte[] video = Media.mp4(4);
        Sent bad = switch (how) {
            case "range" ->
                new Sent(200, Map.of("Content-Range", "bytes 0-2999/" + video.length), Arrays.copyOf(video, 3_000));
            case "cut" -> new Sent(200, Map.of(), Arrays.copyOf(video, video.length - 100));
            case "page" ->
                new Sent(200, Map.of(), join(Arrays.copyOf(video, 24), ascii("<html>502</html>\n".repeat(9))));
            case "204" -> new Sent(204, Map.of(), new byte[0]);
            case "304" -> new Sent(304, Map.of(), new byte[0]);
            case "unknown" -> new Sent(200, Map.of(), new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0});
            case "chunk" ->
                new Sent(200, Map.of(), join(ascii("1770;chunk-signature=" + "0a".repeat(32) + "\r\n"), video));
            default -> throw new IllegalArgumentException(how);
        };
        SENT.put("/" + how, bad);
        list("bad-" + how, "/" + how);
        app.awaitTask("kling", "bad-" + how, task -> task.at("/media/0/reason").isTextual());
        assertThat(app.keys("kling/bad-" + how + "/video")).isEmpty();

        send("/" + how, Map.of(), video);
        CLOCK.advance(Duration.ofSeconds(121));
        app.awaitStored("kling", "bad-" + how, 1);
        assertThat(app.object("kling/bad-" + how + "/video-v.mp4")).isEqualTo(video);
    }

    private static void send(String path, Map<String, String> headers, byte[] body) {
        SENT.put(path, new Sent(200, headers, body));
    }

    /** The content type of what was stored. */
    private static String stored(String id, String path) {
        list(id, path);
        JsonNode task = app.awaitStored("kling", id, 1);
        assertThat(task.at("/media/0/attempts").asInt()).isEqualTo(1);
        return task.at("/media/0/contentType").asText();
    }

    private static void list(String id, String path) {
        kling.put(
                "videos/text2video",
                KlingTasks.legacy(
                        id,
                        "succeed",
                        KlingTasks.videos(
                                "v", "http://127.0.0.1:" + origin.getAddress().getPort() + path)));
    }

    private static void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Sent sent =
                    SENT.getOrDefault(exchange.getRequestURI().toASCIIString(), new Sent(404, Map.of(), new byte[0]));
            sent.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(sent.status(), sent.body().length == 0 ? -1 : sent.body().length);
            exchange.getResponseBody().write(sent.body());
        }
    }

    private static byte[] media(String what) throws IOException {
        byte[] video = Media.mp4(5);
        return switch (what) {
            case "mov-mdat-first" -> join(HexFormat.of().parseHex("00000008776964650000000c6d64617400000000"), moov());
            case "mp4-free-first" -> join(HexFormat.of().parseHex("0000000866726565"), video);
            case "mp3-tag-too-short" ->
                join(HexFormat.of().parseHex("49443303000000000014"), ascii("t".repeat(900)), Media.mp3(6));
            case "mp3-junk-first" -> join(ascii("some junk"), Media.mp3(7));
            default -> {
                try (InputStream in = FieldOriginIT.class.getResourceAsStream("/media/" + what)) {
                    yield in.readAllBytes();
                }
            }
        };
    }

    private static byte[] moov() {
        return HexFormat.of().parseHex("000000086d6f6f76");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
