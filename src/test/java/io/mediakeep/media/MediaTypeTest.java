package io.mediakeep.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTypeTest {
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(delimiter = '|', textBlock = """
            0000001866747970 69736f6d00000200 69736f6d6d703432                 | video | video/mp4        | mp4
            0000001466747970 7174202000000200 71742020                         | video | video/quicktime  | mov
            0000001466747970 4d34412000000200 4d344120                         | audio | audio/mp4        | m4a
            0000001466747970 4d34562000000200 4d345620                         | video | video/x-m4v      | m4v
            0000001866747970 6d70343200000200 4d34412069736f6d                 | video | video/mp4        | mp4
            0000001466747970 6176696600000000 61766966                         | image | image/avif       | avif
            0000001866747970 6d69663100000000 6d69663161766966                 | image | image/avif       | avif
            0000001466747970 6865696300000000 6d696631                         | image | image/heic       | heic
            0000001466747970 6d69663100000000 68656963                         | image | image/heic       | heic
            1a45dfa39f4286810142f7810142f2810442f381084282847765626d           | video | video/webm       | webm
            1a45dfa3a34286810142f7810142f2810442f381084282886d6174726f736b61   | video | video/x-matroska | mkv
            89504e470d0a1a0a0000000d49484452                                   | image | image/png        | png
            ffd8ffe000104a464946                                               | image | image/jpeg       | jpg
            474946383961                                                       | image | image/gif        | gif
            524946460000000057454250                                           | image | image/webp       | webp
            524946460000000057415645                                           | audio | audio/wav        | wav
            664c614300000022                                                   | audio | audio/flac       | flac
            4f67675300020000                                                   | audio | audio/ogg        | ogg
            4944330400000000000a                                               | audio | audio/mpeg       | mp3
            0000000877696465 0000100a6d646174                                  | video | video/quicktime  | mov
            0000100a6d646174 71742020                                          | video | video/quicktime  | mov
            000000016d646174 0000000000010000                                  | video | video/quicktime  | mov
            0000100a6d6f6f76 0000006c6d766864                                  | video | video/quicktime  | mov
            0000000a706e6f74 0000 0000100a6d646174                             | video | video/quicktime  | mov
            00000008736b6970 000000086672656520000000 6d646174                 | video | video/quicktime  | mov
            0000000866726565 0000001866747970 69736f6d00000200 69736f6d6d703432 | video | video/mp4       | mp4
            0000000a736b6970 0000 0000001466747970 7174202000000200 71742020   | video | video/quicktime  | mov
            0000000c4a584c20 0d0a870a 00000014667479706a786c20                 | image | image/jxl        | jxl
            ff0a0000                                                           | image | image/jxl        | jxl
            49492a0008000000                                                   | image | image/tiff       | tif
            4d4d002a00000008                                                   | image | image/tiff       | tif
            524946460000000041564920                                           | video | video/x-msvideo  | avi
            464f524d0000000041494646                                           | audio | audio/aiff       | aiff
            464c5601050000000900000000                                         | video | video/x-flv      | flv
            4d546864000000060001                                               | audio | audio/midi       | mid
            676c54460200000064000000                                           | model | model/gltf-binary | glb
            504b0304 14000000 0000 0000 0000 00000000 00000000 00000000 0500 0000 612e747874 | archive | application/zip | zip
            504b0304 14000000 0000 0000 0000 00000000 00000000 00000000 0600 0000 732e75736463 | model | model/vnd.usdz+zip | usdz
            """)
    void knows(String hex, String kind, String contentType, String extension) {
        byte[] head = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThat(MediaType.sniff(head, head.length)).contains(new MediaType(kind, contentType, extension));
    }

    @Test
    void knowsMp3ByTwoFrames() {
        byte[] head = new byte[MediaType.HEAD];
        mp3Frame(head, 0);
        assertThat(MediaType.sniff(head, head.length)).isEmpty();
        mp3Frame(head, 417);
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("mp3");
    }

    @Test
    void looksBehindAShortId3Tag() {
        byte[] head = new byte[MediaType.HEAD];
        System.arraycopy(new byte[] {'I', 'D', '3', 4, 0, 0, 0, 0, 0, 20}, 0, head, 0, 10);
        mp3Frame(head, 30);
        mp3Frame(head, 447);
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("mp3");
        System.arraycopy("fLaC".getBytes(StandardCharsets.US_ASCII), 0, head, 30, 4);
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("flac");
        System.arraycopy("<html".getBytes(StandardCharsets.US_ASCII), 0, head, 30, 5);
        assertThat(MediaType.sniff(head, head.length)).isEmpty();
    }

    @Test
    void looksForFramesBehindATagWhoseLengthIsWrong() {
        byte[] head = new byte[MediaType.HEAD];
        java.util.Arrays.fill(head, 0, 957, (byte) 't');
        System.arraycopy(new byte[] {'I', 'D', '3', 3, 0, 0, 0, 0, 2, 44}, 0, head, 0, 10); // 300 instead of 947
        for (int i = 0; i < 6; i++) {
            mp3Frame(head, 957 + 417 * i);
        }
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("mp3");
    }

    @Test
    void looksBehindTwoTags() {
        byte[] head = new byte[MediaType.HEAD];
        System.arraycopy(new byte[] {'I', 'D', '3', 4, 0, 0, 0, 0, 0, 20}, 0, head, 0, 10);
        System.arraycopy(
                new byte[] {'I', 'D', '3', 4, 0, 0, 0, 127, 0, 20}, 0, head, 30, 10); // a picture, longer than the head
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("mp3");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000, 60_000})
    void looksForFramesBehindJunk(int junk) {
        byte[] head = new byte[MediaType.HEAD];
        new Random(5).nextBytes(head);
        head[0] = 1;
        for (int i = 0; i < 8; i++) {
            mp3Frame(head, junk + 417 * i);
        }
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("mp3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "{\"error\":1}", "10000;chunk-signature=00ff\r\n", "10000\r\n"})
    void framesInsideSomethingElseAreNoJunk(String around) {
        byte[] head = new byte[MediaType.HEAD];
        byte[] start = around.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(start, 0, head, 0, start.length);
        for (int i = 0; i < 8; i++) {
            mp3Frame(head, start.length + 417 * i);
        }
        assertThat(MediaType.sniff(head, head.length)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10000;chunk-signature=0055ca\r\n", "1a2b\r\n"})
    void theChunksOfAnUploadAreNoMedia(String chunk) {
        byte[] head = (chunk + "\0\0\0\u0018ftypisom\0\0\2\0").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> MediaType.require(head, head.length, MediaType.ALL_KINDS))
                .isInstanceOfSatisfying(
                        RetryableFailure.class, f -> assertThat(f.reason()).isEqualTo("resp_encoding"));
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            text/vtt             | vtt | WEBVTT~~00:01.000 --> 00:02.000~Hello
            application/x-subrip | srt | 1~00:00:01,000 --> 00:00:02,000~Error~
            text/plain           | lrc | [00:12.00]First line~[00:15.00]Second
            text/plain           | txt | First verse~Über den Wolken 雲~
            """)
    void knowsText(String contentType, String extension, String text) {
        byte[] head = text.replace("~", "\n").getBytes(StandardCharsets.UTF_8);
        assertThat(MediaType.require(head, head.length, Set.of("text")))
                .isEqualTo(new MediaType("text", contentType, extension));
        assertThatThrownBy(() -> MediaType.require(head, head.length, MediaType.MEDIA_KINDS))
                .isInstanceOf(Failure.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE html><html>",
                "Oops <html><body>",
                "{\"code\":404}",
                "[{\"code\":404}]",
                "\"not here\"",
                "null",
                "404",
                "404 page not found\n",
                "Access Denied",
                "error code: 1020",
                "upstream connect error or disconnect/reset before headers",
                "Too many requests",
                "Request has expired",
                "Moved Permanently. Redirecting to /b",
                "10000;chunk-signature=0055ca\r\nhello",
                "Latin \u00e9 in one byte"
            })
    void theWordOfAServerIsNoText(String text) {
        byte[] head = text.getBytes(text.startsWith("Latin") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        assertThatThrownBy(() -> MediaType.require(head, head.length, Set.of("text")))
                .isInstanceOf(Failure.class);
    }

    @Test
    void saysWhichSettingWouldAllowAKind() {
        byte[] model = "glTF\2\0\0\0d\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> MediaType.require(model, model.length, MediaType.MEDIA_KINDS))
                .isInstanceOf(FinalFailure.class)
                .hasMessageContainingAll("model/gltf-binary", "mediakeep.<provider>.kinds", "[audio, image, video]");
    }

    @Test
    void knowsAdtsByTwoFrames() {
        byte[] head = new byte[MediaType.HEAD];
        byte[] frame = HexFormat.of().parseHex("fff15080203ffc"); // 257 bytes
        System.arraycopy(frame, 0, head, 0, 7);
        assertThat(MediaType.sniff(head, head.length)).isEmpty();
        System.arraycopy(frame, 0, head, (0x20 << 3 | 0x3f >> 5), 7);
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("aac");
    }

    @Test
    void knowsTransportStream() {
        byte[] head = new byte[MediaType.HEAD];
        for (int i = 0; i < head.length; i += 188) {
            head[i] = 0x47;
        }
        assertThat(MediaType.sniff(head, head.length)).map(MediaType::extension).contains("ts");
    }

    @Test
    void doesNotTakeNoiseForAudio() {
        Random random = new Random(1);
        byte[] noise = new byte[MediaType.HEAD];
        for (int i = 0; i < 500; i++) {
            random.nextBytes(noise);
            noise[0] = -1;
            noise[1] |= (byte) 0xe0;
            assertThat(MediaType.sniff(noise, noise.length)).isEmpty();
        }
    }

    @Test
    void neverReadsBeyondWhatIsThere() {
        Random random = new Random(2);
        for (int length = 0; length < 600; length++) {
            byte[] some = new byte[length];
            random.nextBytes(some);
            MediaType.sniff(some, length);
            for (String start : new String[] {
                "ID3\u0004\0\0\0\0\u0002\0", "\u00ff\u00fb\u0090d", "\u00ff\u00f1P\u0080 ?", "\0\0\0\u0018ftyp"
            }) {
                byte[] bytes = start.getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(bytes, 0, some, 0, Math.min(length, bytes.length));
                MediaType.sniff(some, length);
            }
            assertThat(MediaType.refusal(some, length)).isNotNull();
        }
    }

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            G01 | RetryableFailure   | <!DOCTYPE html><html><body>Bad gateway
            G02 | RetryableFailure   |   <HTML>
            G02 | RetryableFailure   | <?xml version="1.0"?><!DOCTYPE html><html>
            G03 | RefreshableFailure | {"error":"expired"}
            G03 | RefreshableFailure | [{"error":"expired"}]
            G21 | RefreshableFailure | <?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>
            G21 | RefreshableFailure | <Error><Code>AccessDenied</Code></Error>
            G26 | FinalFailure       | <svg xmlns="http://www.w3.org/2000/svg"><script>
            G26 | FinalFailure       | <?xml version="1.0"?><svg><script>
            F14 | FinalFailure       | <html><head><meta http-equiv="refresh" content="0; url=http://127.0.0.1/">
            """)
    void refusesDocuments(String row, String type, String text) {
        byte[] head = text.getBytes(StandardCharsets.UTF_8);
        assertThat(MediaType.sniff(head, head.length)).isEmpty();
        assertThat(MediaType.looksLikeDocument(head, head.length)).isTrue();
        Failure failure = MediaType.refusal(head, head.length);
        assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
        assertThat(failure.reason()).isEqualTo("resp_type");
    }

    @Test
    void seesDocumentBehindByteOrderMark() {
        byte[] json = "\ufeff{\"error\":1}".getBytes(StandardCharsets.UTF_8);
        assertThat(MediaType.refusal(json, json.length)).isInstanceOf(RefreshableFailure.class);
        byte[] page = "\ufeff<html>".getBytes(StandardCharsets.UTF_16LE);
        assertThat(MediaType.refusal(page, page.length)).isInstanceOf(RetryableFailure.class);
    }

    @Test
    void refusesTheRest() {
        byte[] text = "Too many requests".getBytes(StandardCharsets.UTF_8);
        assertThat(MediaType.refusal(text, text.length)).isInstanceOf(RetryableFailure.class);
        byte[] program = {0x7f, 'E', 'L', 'F', 2, 1, 1, 0};
        assertThat(MediaType.refusal(program, program.length)).isInstanceOf(RetryableFailure.class);
        assertThat(MediaType.refusal(program, 0).reason()).isEqualTo("resp_length");
    }

    /** MPEG 1 layer 3, 128 kbit/s, 44.1 kHz: 417 bytes. */
    private static void mp3Frame(byte[] head, int at) {
        System.arraycopy(new byte[] {-1, -5, (byte) 0x90, 0x64}, 0, head, at, 4);
    }
}
