package io.mediakeep.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** The media that the simulated providers have on offer; how they were made is in docs/demo-media.md. */
enum DemoFile {
    DUSK("dusk.mp4", "video/mp4", 3.0, 640, 360),
    FRACTAL("fractal.mp4", "video/mp4", 2.5, 480, 270),
    SONG("song.mp4", "video/mp4", 3.0, 320, 180),
    MELODY("melody.mp3", "audio/mpeg", 4.04, 0, 0),
    STILL("still.png", "image/png", 0, 384, 384),
    COVER("cover.jpeg", "image/jpeg", 0, 480, 270);

    /** Frames per second of every video here. */
    static final int FPS = 24;

    /** Length of a png's last chunk. */
    private static final int IEND = 12;

    private final byte[] bytes;
    private final String contentType;
    private final double seconds;
    private final int width;
    private final int height;

    DemoFile(String resource, String contentType, double seconds, int width, int height) {
        try (InputStream in = DemoFile.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing");
            }
            this.bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.contentType = contentType;
        this.seconds = seconds;
        this.width = width;
        this.height = height;
    }

    String contentType() {
        return contentType;
    }

    double seconds() {
        return seconds;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /**
     * The file with a remark in it, so that no two results have the same bytes.
     *
     * @param remark ASCII, at most 1,000 characters
     */
    byte[] marked(String remark) {
        byte[] text = remark.getBytes(StandardCharsets.US_ASCII);
        return switch (this) {
            case DUSK, FRACTAL, SONG -> inserted(bytes.length, mp4Free(text));
            case MELODY -> inserted(0, id3Comment(text));
            case STILL -> inserted(bytes.length - IEND, pngText(text));
            case COVER -> inserted(afterJfif(), jpegComment(text));
        };
    }

    private byte[] inserted(int at, byte[] part) {
        return concat(Arrays.copyOf(bytes, at), part, Arrays.copyOfRange(bytes, at, bytes.length));
    }

    private static byte[] mp4Free(byte[] text) {
        return ByteBuffer.allocate(8 + text.length)
                .putInt(8 + text.length)
                .put(ascii("free"))
                .put(text)
                .array();
    }

    private static byte[] pngText(byte[] text) {
        byte[] content = concat(ascii("tEXtComment\0"), text);
        CRC32 crc = new CRC32();
        crc.update(content);
        return ByteBuffer.allocate(8 + content.length)
                .putInt(content.length - 4)
                .put(content)
                .putInt((int) crc.getValue())
                .array();
    }

    private static byte[] jpegComment(byte[] text) {
        return ByteBuffer.allocate(4 + text.length)
                .putShort((short) 0xFFFE)
                .putShort((short) (2 + text.length))
                .put(text)
                .array();
    }

    /** The first segment stays first: it says that this is JFIF. */
    private int afterJfif() {
        return 4 + ByteBuffer.wrap(bytes).getShort(4);
    }

    private static byte[] id3Comment(byte[] text) {
        byte[] content = concat(ascii("\0eng\0"), text);
        int size = 10 + content.length;
        return ByteBuffer.allocate(10 + size)
                .put(ascii("ID3\3\0\0"))
                .put(new byte[] {0, 0, (byte) (size >> 7 & 0x7F), (byte) (size & 0x7F)})
                .put(ascii("COMM"))
                .putInt(content.length)
                .putShort((short) 0)
                .put(content)
                .array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
