package io.mediakeep.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.failure.RetryableFailure;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.sound.midi.InvalidMidiDataException;
import javax.sound.midi.MidiEvent;
import javax.sound.midi.MidiSystem;
import javax.sound.midi.Sequence;
import javax.sound.midi.ShortMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of every container, cut and spoilt. Those in the resources are a moving test picture and a tone of less than a second,
 * as FFmpeg writes them; the others are made here.
 */
class ContainerCheckTest {
    private static final byte[] FTYP = box("ftyp", 16);
    private static final Set<String> ALL = Set.of("video", "image", "audio", "model", "archive");

    /** Where an end cannot be told from a cut: between two of the parts that such a file is a row of. */
    private static final Set<String> ROWS =
            Set.of("fragmented.mp4", "live.webm", "bare.mp3", "a.aac", "a.ts", "a.flv", "a.wmv", "a.ogg");

    static Stream<String> samples() {
        return Stream.of(
                "a.aac",
                "a.aiff",
                "a.avi",
                "a.avif",
                "a.bmp",
                "a.flac",
                "a.flv",
                "a.gif",
                "a.jpg",
                "a.m4a",
                "a.mkv",
                "a.mov",
                "a.mp3",
                "a.mp4",
                "a.ogg",
                "a.png",
                "a.tif",
                "a.ts",
                "a.wav",
                "a.webm",
                "a.webp",
                "a.wmv",
                "bare.mp3",
                "fragmented.mp4",
                "live.webm",
                "rf64.wav",
                "mp4 in 64 bits",
                "mp4 to the end",
                "mp4 with free first",
                "mov with mdat first",
                "progressive jpg",
                "mid",
                "glb",
                "zip",
                "usdz",
                "fbx",
                "mp3 with ID3 too long",
                "mp3 with ID3 of plain size",
                "mp3 with ID3 too short",
                "mp3 with junk first",
                "jxl");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void isWholeAndEveryCutShows(String what) throws Exception {
        byte[] whole = sample(what);
        assertThat(problem(whole, whole.length)).isNull();

        Set<Integer> unseen = new TreeSet<>();
        for (int length = 1; length < whole.length; length++) {
            if (problem(whole, length) == null) {
                unseen.add(length);
            }
        }
        if (ROWS.contains(what)) {
            assertThat(unseen).as("ends of parts").hasSizeLessThan(30);
            assertThat(unseen).as("cuts at neighbouring bytes").noneMatch(length -> unseen.contains(length + 1));
        } else {
            assertThat(unseen).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void doesNotDependOnHowBytesArrive(String what) throws Exception {
        byte[] whole = sample(what);
        ContainerCheck check = new ContainerCheck(MediaType.require(whole, whole.length, ALL));
        Random random = new Random(3);
        for (int at = 0; at < whole.length; ) {
            int step = Math.min(whole.length - at, 1 + random.nextInt(7));
            check.update(whole, at, step);
            at += step;
        }
        check.finish();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void aBeginningWithAPageOrNoiseBehindItIsRefused(String what) throws Exception {
        byte[] whole = sample(what);
        boolean frames = what.contains("mp3") || what.contains("aac");
        byte[] page = "<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>\n"
                .repeat(frames ? 4 : 1)
                .getBytes(StandardCharsets.US_ASCII);
        byte[] noise = new byte[frames ? 3_000 : 100];
        new Random(6).nextBytes(noise);
        for (int from : List.of(32, whole.length / 2)) {
            for (byte[] other : List.of(page, noise)) {
                byte[] spoilt = join(Arrays.copyOf(whole, Math.min(from, whole.length - 180)), other);
                assertThat(problem(spoilt, spoilt.length))
                        .as("%s bytes and %s", from, other == page ? "a page" : "noise")
                        .isNotNull();
            }
        }
    }

    @Test
    void aPageBehindAFileTypeBoxIsRefusedBeforeItsEnd() {
        byte[] ftyp = join(FTYP, "<!DOCTYPE html><html>".getBytes(StandardCharsets.US_ASCII));
        ContainerCheck check = new ContainerCheck(new MediaType("video", "video/mp4", "mp4"));
        assertThatThrownBy(() -> check.update(ftyp, 0, ftyp.length))
                .isInstanceOfSatisfying(
                        RetryableFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo("resp_type"));
    }

    @Test
    void aCutIsTruncation() {
        ContainerCheck check = check("mp4", join(FTYP, box("moov", 100), new byte[] {0, 0, 1, 0, 'm', 'd', 'a', 't'}));
        assertThatThrownBy(check::finish)
                .isInstanceOfSatisfying(
                        RetryableFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo("resp_truncated"));
    }

    @Test
    void onlyTheLastBoxReachesToTheEnd() {
        byte[] open = box("mdat", 100);
        open[3] = 0;
        assertThat(check("mp4", join(FTYP, box("moov", 100), open)).problem()).isEmpty();
        byte[] strange = box("abcd", 100);
        strange[3] = 0;
        assertThat(check("mp4", join(FTYP, strange, box("moov", 100), box("mdat", 8)))
                        .problem())
                .contains("a box without a size");
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
                .contains("a box that is smaller than its header");
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

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"a.png", "a.jpg", "a.gif", "a.wav", "a.webp", "a.avi", "a.webm", "a.mp4", "a.bmp", "a.tif"})
    void zerosAfterTheEndAreForgiven(String what) throws Exception {
        byte[] whole = join(sample(what), new byte[50]);
        assertThat(problem(whole, whole.length)).isNull();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"a.mp3", "bare.mp3", "a.flac"})
    void tagsAfterTheEndAreForgiven(String what) throws Exception {
        byte[] tag = Arrays.copyOf(ascii("TAGtitle"), 128);
        byte[] ape = join(ascii("APETAGEX"), new byte[60]);
        for (byte[] behind : List.of(tag, join(ape, tag))) {
            byte[] whole = join(sample(what), behind);
            assertThat(problem(whole, whole.length)).isNull();
        }
    }

    @Test
    void someDamageWithinAudioIsForgiven() throws Exception {
        byte[] one = sample("bare.mp3");
        byte[] whole = join(one, ascii("a hundred bytes of something else".repeat(3)), one, one);
        assertThat(problem(whole, whole.length)).isNull();
    }

    @Test
    void wavSizesOfStreamsAndOfCarelessWritersAreForgiven() throws Exception {
        byte[] streamed = sample("streamed.wav");
        assertThat(problem(streamed, streamed.length)).isNull();
        for (int size : new int[] {0, -1, 0x7fffffff}) {
            byte[] open = sample("a.wav");
            ByteBuffer.wrap(open).order(ByteOrder.LITTLE_ENDIAN).putInt(4, size).putInt(40, size);
            assertThat(problem(open, open.length)).as("sizes of %s", size).isNull();
        }
        byte[] whole = sample("a.wav");
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putInt(4, whole.length);
        assertThat(problem(whole, whole.length)).as("size of the file").isNull();
    }

    @Test
    void anOddChunkNeedsNoPadAtTheEnd() {
        byte[] odd = ByteBuffer.allocate(12 + 8 + 8 + 3)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(ascii("RIFF"))
                .putInt(4 + 8 + 8 + 3)
                .put(ascii("WAVEfmt "))
                .putInt(0)
                .put(ascii("data"))
                .putInt(3)
                .array();
        assertThat(problem(odd, odd.length)).isNull();
        assertThat(problem(odd, odd.length - 1)).isNotNull();
    }

    private static String problem(byte[] bytes, int length) {
        try {
            ContainerCheck check = new ContainerCheck(MediaType.require(bytes, length, ALL));
            check.update(bytes, 0, length);
            check.finish();
            return null;
        } catch (io.mediakeep.failure.Failure e) {
            return e.reason() + ": " + e.getMessage();
        }
    }

    private static byte[] sample(String what) throws Exception {
        if (what.contains(".")) {
            try (InputStream in = ContainerCheckTest.class.getResourceAsStream("/media/" + what)) {
                return in.readAllBytes();
            }
        }
        return switch (what) {
            case "mp4 in 64 bits" -> {
                byte[] data = new byte[300];
                yield join(
                        FTYP,
                        box("moov", 100),
                        ByteBuffer.allocate(16)
                                .putInt(1)
                                .put(ascii("mdat"))
                                .putLong(16 + data.length)
                                .array(),
                        data);
            }
            case "mp4 to the end" -> toTheEnd();
            case "mp4 with free first" ->
                join(box("skip", 30), box("free", 0), FTYP, box("moov", 300), box("mdat", 30));
            case "mov with mdat first" -> join(box("wide", 0), box("mdat", 300), box("moov", 100));
            case "progressive jpg" -> progressive();
            case "mid" -> midi();
            case "glb" -> glb();
            case "zip" -> zip("a.obj");
            case "usdz" -> zip("scene.usdc");
            case "fbx" -> fbx();
            case "mp3 with ID3 too short" -> {
                byte[] tag = new byte[957];
                Arrays.fill(tag, (byte) 't');
                System.arraycopy(HexFormat.of().parseHex("4944330300000000022c"), 0, tag, 0, 10);
                yield join(tag, sample("a.mp3"));
            }
            case "mp3 with ID3 too long" ->
                join(HexFormat.of().parseHex("4944330300000f000000"), new byte[900], sample("a.mp3"));
            case "mp3 with ID3 of plain size" ->
                join(HexFormat.of().parseHex("494433030000000003a9"), new byte[937], sample("a.mp3"));
            case "mp3 with junk first" -> join(ascii("what a player passes over"), sample("a.mp3"));
            case "jxl" -> join(HexFormat.of().parseHex("0000000c4a584c200d0a870a"), box("ftyp", 12), box("jxlc", 300));
            default -> throw new IllegalArgumentException(what);
        };
    }

    /** The table of chunks says that there is one behind any cut: the box that holds it has no size. */
    private static byte[] toTheEnd() {
        byte[] data = box("mdat", 200);
        data[2] = 0;
        data[3] = 0;
        byte[] table = ByteBuffer.allocate(24)
                .putInt(24)
                .put(ascii("stco"))
                .putInt(0)
                .putInt(2)
                .putInt(200)
                .array();
        byte[] movie = table;
        for (String parent : List.of("stbl", "minf", "mdia", "trak", "moov")) {
            movie = join(Arrays.copyOf(box(parent, movie.length), 8), movie);
        }
        byte[] whole = join(FTYP, movie, data);
        int entry = FTYP.length + movie.length - 4;
        return ByteBuffer.wrap(whole).putInt(entry, whole.length - 1).array();
    }

    private static byte[] midi() throws InvalidMidiDataException, IOException {
        Sequence sequence = new Sequence(Sequence.PPQ, 24);
        for (int track = 0; track < 2; track++) {
            var notes = sequence.createTrack();
            for (int i = 0; i < 30; i++) {
                notes.add(new MidiEvent(new ShortMessage(ShortMessage.NOTE_ON, 60 + i, 90), i));
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MidiSystem.write(sequence, 1, bytes);
        return bytes.toByteArray();
    }

    private static byte[] glb() {
        byte[] json = ascii("{\"asset\":{\"version\":\"2.0\"}}   ");
        return ByteBuffer.allocate(12 + 8 + json.length + 8 + 200)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(ascii("glTF"))
                .putInt(2)
                .putInt(12 + 8 + json.length + 8 + 200)
                .putInt(json.length)
                .put(ascii("JSON"))
                .put(json)
                .putInt(200)
                .put(ascii("BIN\0"))
                .array();
    }

    private static byte[] fbx() {
        ByteBuffer file = ByteBuffer.allocate(27 + 300 + 13).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("Kaydara FBX Binary  \0")).put((byte) 0x1a).put((byte) 0).putInt(7_400);
        return file.putInt(27 + 300).array();
    }

    private static byte[] zip(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            byte[] noise = new byte[300];
            new Random(7).nextBytes(noise);
            zip.write(noise);
        }
        return bytes.toByteArray();
    }

    private static byte[] progressive() throws IOException {
        BufferedImage picture = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(4);
        for (int i = 0; i < 24 * 16; i++) {
            picture.setRGB(i % 24, i / 24, random.nextInt());
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            writer.setOutput(out);
            writer.write(null, new IIOImage(picture, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static ContainerCheck check(String extension, byte[] bytes) {
        ContainerCheck check = new ContainerCheck(new MediaType("any", "any/any", extension));
        check.take(bytes, 0, bytes.length);
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
