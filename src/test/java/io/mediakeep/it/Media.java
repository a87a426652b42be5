package io.mediakeep.it;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/** Small files that begin and end like real ones; different seeds give different bytes. */
public final class Media {
    private Media() {}

    /** @param size bytes in all, at least 64 */
    public static byte[] mp4(int seed, int size) {
        ByteBuffer file = ByteBuffer.allocate(size);
        file.putInt(24).put(ascii("ftypisom")).putInt(512).put(ascii("isommp42"));
        file.putInt(8).put(ascii("moov"));
        file.putInt(size - 32).put(ascii("mdat"));
        byte[] noise = new byte[size - 40];
        new Random(seed).nextBytes(noise);
        return file.put(noise).array();
    }

    public static byte[] mp4(int seed) {
        return mp4(seed, 6_000);
    }

    public static byte[] png(int seed) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(file, "IHDR", new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0});
        byte[] noise = new byte[500];
        new Random(seed).nextBytes(noise);
        chunk(file, "IDAT", noise);
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    public static byte[] wav(int seed) {
        ByteBuffer file = ByteBuffer.allocate(1_044).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF")).putInt(1_036).put(ascii("WAVEfmt ")).putInt(16);
        file.putShort((short) 1).putShort((short) 1).putInt(8_000).putInt(16_000);
        file.putShort((short) 2).putShort((short) 16).put(ascii("data")).putInt(1_000);
        byte[] noise = new byte[1_000];
        new Random(seed).nextBytes(noise);
        return file.put(noise).array();
    }

    /** Ten frames of 128 kbit/s. */
    public static byte[] mp3(int seed) {
        ByteBuffer file = ByteBuffer.allocate(4_170);
        Random random = new Random(seed);
        for (int i = 0; i < 10; i++) {
            byte[] frame = new byte[417];
            random.nextBytes(frame);
            frame[0] = (byte) 0xff;
            frame[1] = (byte) 0xfb;
            frame[2] = (byte) 0x90;
            frame[3] = 0;
            file.put(frame);
        }
        return file.array();
    }

    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
        byte[] typed =
                ByteBuffer.allocate(4 + data.length).put(ascii(type)).put(data).array();
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(typed);
        file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        file.writeBytes(typed);
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
