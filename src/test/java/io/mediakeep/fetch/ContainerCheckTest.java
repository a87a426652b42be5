package io.mediakeep.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.RetryableFailure;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** G08: an origin that announces no length and ends in the middle. */
class ContainerCheckTest {
    private static final byte[] FTYP = box("ftyp", 16);

    @ParameterizedTest(name = "G08 {0}")
    @ValueSource(
            strings = {"mp4", "mp4 in 64 bits", "avif", "png", "jpg", "progressive jpg", "gif", "wav", "webp", "webm"})
    void everyCutShows(String what) throws IOException {
        byte[] whole = sample(what);
        MediaType type = MediaType.sniff(whole, whole.length).orElseThrow();
        assertThat(check(type, whole).problem()).isEmpty();
        assertThat(check(type, whole).knowsEnd()).isTrue();
        // An AVIF cut between boxes has no end mark; there only the cuts inside a box show.
        int first = what.equals("avif") ? FTYP.length + 1 : 1;
        for (int length = first; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            ContainerCheck check = check(type, cut);
            if (what.equals("avif") && length == FTYP.length + 108) {
                continue;
            }
            assertThat(check.problem())
                    .as("%s cut at %s of %s", what, length, whole.length)
                    .isPresent();
            assertThatThrownBy(check::finish)
                    .isInstanceOfSatisfying(
                            RetryableFailure.class,
                            failure -> assertThat(failure.reason()).isEqualTo("resp_truncated"));
        }
    }

    @Test
    void doesNotDependOnHowBytesArrive() throws IOException {
        Random random = new Random(3);
        for (String what : new String[] {"mp4", "png", "progressive jpg", "gif", "wav", "webm"}) {
            byte[] whole = sample(what);
            ContainerCheck check =
                    new ContainerCheck(MediaType.sniff(whole, whole.length).orElseThrow());
            for (int at = 0; at < whole.length; ) {
                int step = Math.min(whole.length - at, 1 + random.nextInt(7));
                check.update(whole, at, step);
                at += step;
            }
            assertThat(check.problem()).as(what).isEmpty();
        }
    }

    @Test
    void mp4SizeZeroReachesToTheEnd() {
        byte[] open = box("mdat", 100);
        open[3] = 0;
        byte[] whole = join(FTYP, box("moov", 100), open);
        assertThat(check("mp4", whole).problem()).isEmpty();
    }

    @Test
    void mp4WithoutMovieIsNotWhole() {
        assertThat(check("mp4", FTYP).problem()).isPresent();
        assertThat(check("mp4", join(FTYP, box("mdat", 9))).problem()).isPresent();
        assertThat(check("mp4", join(FTYP, box("moov", 9), box("mdat", 9), new byte[3]))
                        .problem())
                .isPresent();
        assertThat(check("mp4", join(FTYP, new byte[] {0, 0, 0, 4, 'm', 'o', 'o', 'v'}))
                        .problem())
                .contains("a box is smaller than its header");
    }

    @Test
    void mp4WithHugeBoxIsNotWhole() {
        ByteBuffer huge = ByteBuffer.allocate(24).putInt(1).put(ascii("mdat")).putLong(5L << 30);
        assertThat(check("mp4", join(FTYP, box("moov", 9), huge.array())).problem())
                .isPresent();
        huge.putLong(8, -1);
        assertThat(check("mp4", join(FTYP, box("moov", 9), huge.array())).problem())
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "wav"})
    void bytesAfterTheEndAreNoTruncation(String what) throws IOException {
        assertThat(check(what, join(sample(what), new byte[50])).problem()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flac", "mp3", "ogg", "aac", "ts"})
    void saysWhereTheEndCannotBeKnown(String extension) {
        ContainerCheck check = check(extension, new byte[100]);
        assertThat(check.knowsEnd()).isFalse();
        assertThat(check.problem()).isEmpty();
        check.finish();
    }

    @Test
    void liveWebmAndWavHaveNoKnownEnd() {
        byte[] webm = HexFormat.of().parseHex("1a45dfa381001853806701ffffffffffffff1f43b675");
        assertThat(check("webm", webm).knowsEnd()).isFalse();
        assertThat(check("webm", webm).problem()).isEmpty();
        byte[] wav = HexFormat.of().parseHex("52494646ffffffff57415645666d7420");
        assertThat(check("wav", wav).knowsEnd()).isFalse();
        assertThat(check("wav", wav).problem()).isEmpty();
    }

    private static byte[] sample(String what) throws IOException {
        return switch (what) {
            case "mp4" -> join(FTYP, box("moov", 100), box("free", 0), box("mdat", 300));
            case "mp4 in 64 bits" ->
                join(
                        FTYP,
                        box("moov", 100),
                        ByteBuffer.allocate(116)
                                .putInt(1)
                                .put(ascii("mdat"))
                                .putLong(116)
                                .array());
            case "avif" -> {
                byte[] ftyp = FTYP.clone();
                System.arraycopy(ascii("avif"), 0, ftyp, 8, 4);
                yield join(ftyp, box("meta", 100), box("mdat", 100));
            }
            case "png", "jpg", "gif" -> image(what, false);
            case "progressive jpg" -> image("jpg", true);
            case "wav" -> wav();
            case "webp" ->
                ByteBuffer.allocate(60)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .put(ascii("RIFF"))
                        .putInt(52)
                        .put(ascii("WEBPVP8 "))
                        .array();
            case "webm" ->
                join(
                        HexFormat.of()
                                .parseHex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d4287810442858102"),
                        HexFormat.of().parseHex("1853806701000000000000c8"),
                        new byte[200]);
            default -> throw new IllegalArgumentException(what);
        };
    }

    private static byte[] image(String format, boolean progressive) throws IOException {
        BufferedImage picture = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(4);
        for (int i = 0; i < 24 * 16; i++) {
            picture.setRGB(i % 24, i / 24, random.nextInt());
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static byte[] wav() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        AudioFormat format = new AudioFormat(8000, 16, 1, true, false);
        AudioSystem.write(
                new AudioInputStream(new ByteArrayInputStream(new byte[400]), format, 200),
                AudioFileFormat.Type.WAVE,
                bytes);
        return bytes.toByteArray();
    }

    private static ContainerCheck check(String extension, byte[] bytes) {
        return check(new MediaType("any", "any/any", extension), bytes);
    }

    private static ContainerCheck check(MediaType type, byte[] bytes) {
        ContainerCheck check = new ContainerCheck(type);
        check.update(bytes, 0, bytes.length);
        return check;
    }

    private static byte[] box(String type, int content) {
        byte[] box = ByteBuffer.allocate(8 + content)
                .putInt(8 + content)
                .put(ascii(type))
                .array();
        if (type.equals("ftyp")) {
            System.arraycopy(ascii("isom"), 0, box, 8, 4);
        }
        return box;
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
