package io.mediakeep.fetch;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a resource is, told by its first bytes; neither its name nor the origin's word counts. Only listed types are media.
 * Source: the container specifications; WHATWG "MIME Sniffing" for the rest.
 *
 * @param kind        {@code video}, {@code image} or {@code audio}
 * @param contentType such as {@code video/mp4}
 * @param extension   without a dot
 */
public record MediaType(String kind, String contentType, String extension) {
    /** Bytes that {@link #sniff} should see of a longer resource. */
    public static final int HEAD = 4096;

    private static final Set<String> AUDIO_BRANDS = Set.of("M4A ", "M4B ", "M4P ", "F4A ", "F4B ");
    private static final Set<String> HEIC_BRANDS = Set.of("heic", "heix", "heim", "heis", "hevc", "hevx");
    private static final Set<String> HEIF_BRANDS = Set.of("mif1", "msf1");
    private static final MediaType MP3 = new MediaType("audio", "audio/mpeg", "mp3");
    private static final MediaType AAC = new MediaType("audio", "audio/aac", "aac");

    /** @param length bytes of {@code head} that count: {@link #HEAD} or more, or the whole resource */
    public static Optional<MediaType> sniff(byte[] head, int length) {
        return Optional.ofNullable(find(head, length));
    }

    /** Whether this is a page or a message for humans or programs, such as HTML, XML, SVG or JSON. */
    public static boolean looksLikeDocument(byte[] head, int length) {
        String text = text(head, length);
        return text.startsWith("<") || text.startsWith("{") || text.startsWith("[");
    }

    /**
     * Why something that {@link #sniff} does not know is no media. JSON and XML are how origins say that a URL has ended, so a
     * fresh one may help; a page is mostly a passing trouble of the origin; anything else stays what it is.
     *
     * @return never null; its reason is {@code resp_type}, or {@code resp_length} if there is no byte at all
     */
    public static Failure refusal(byte[] head, int length) {
        if (length == 0) {
            return new RefreshableFailure("resp_length", "expected media, but found an empty body");
        }
        String text = text(head, length);
        if (text.startsWith("{") || text.startsWith("[")) {
            return new RefreshableFailure("resp_type", "expected media, but found JSON");
        }
        if (text.startsWith("<")) {
            if (text.contains("<svg") || text.contains("<!doctype svg")) {
                return new FinalFailure("resp_type", "expected media, but found SVG");
            }
            if (text.contains("<html")
                    || text.contains("<!doctype html")
                    || !text.startsWith("<?xml") && !text.startsWith("<error")) {
                return text.matches("(?s).*<meta[^>]*http-equiv\\s*=\\s*[\"']?refresh.*")
                        ? new FinalFailure("resp_type", "expected media, but found a page that leads elsewhere")
                        : new RetryableFailure("resp_type", "expected media, but found a page");
            }
            return new RefreshableFailure("resp_type", "expected media, but found XML");
        }
        return isText(head, length)
                ? new RetryableFailure("resp_type", "expected media, but found text")
                : new FinalFailure("resp_type", "expected media, but found bytes of no known type");
    }

    private static MediaType find(byte[] b, int n) {
        if (n >= 12 && is(b, n, 4, "ftyp")) {
            return isoMedia(b, n);
        }
        if (n >= 8 && (is(b, n, 4, "moov") || is(b, n, 4, "wide") && n >= 16 && is(b, n, 12, "mdat"))) {
            return new MediaType("video", "video/quicktime", "mov");
        }
        if (is(b, n, 0, "\u001a\u0045\u00df\u00a3")) {
            boolean webm = new String(b, 0, Math.min(n, 64), StandardCharsets.ISO_8859_1).contains("webm");
            return webm
                    ? new MediaType("video", "video/webm", "webm")
                    : new MediaType("video", "video/x-matroska", "mkv");
        }
        if (is(b, n, 0, "\u0089PNG\r\n\u001a\n")) {
            return new MediaType("image", "image/png", "png");
        }
        if (is(b, n, 0, "\u00ff\u00d8\u00ff")) {
            return new MediaType("image", "image/jpeg", "jpg");
        }
        if (is(b, n, 0, "GIF87a") || is(b, n, 0, "GIF89a")) {
            return new MediaType("image", "image/gif", "gif");
        }
        if (is(b, n, 0, "RIFF") && is(b, n, 8, "WEBP")) {
            return new MediaType("image", "image/webp", "webp");
        }
        if ((is(b, n, 0, "RIFF") || is(b, n, 0, "RF64")) && is(b, n, 8, "WAVE")) {
            return new MediaType("audio", "audio/wav", "wav");
        }
        if (is(b, n, 0, "fLaC")) {
            return new MediaType("audio", "audio/flac", "flac");
        }
        if (is(b, n, 0, "OggS")) {
            boolean video = new String(b, 0, Math.min(n, 128), StandardCharsets.ISO_8859_1).contains("theora");
            return video ? new MediaType("video", "video/ogg", "ogv") : new MediaType("audio", "audio/ogg", "ogg");
        }
        if (is(b, n, 0, "ID3") && n >= 10) {
            return afterId3(b, n);
        }
        if (isTransportStream(b, n)) {
            return new MediaType("video", "video/mp2t", "ts");
        }
        return frames(b, n, 0);
    }

    private static MediaType isoMedia(byte[] b, int n) {
        String brand = new String(b, 8, 4, StandardCharsets.ISO_8859_1);
        String brands = brand + " " + compatibleBrands(b, n);
        if (brand.equals("avif") || brand.equals("avis") || HEIF_BRANDS.contains(brand) && brands.contains("avif")) {
            return new MediaType("image", "image/avif", "avif");
        }
        if (HEIC_BRANDS.contains(brand) || HEIF_BRANDS.contains(brand)) {
            return new MediaType("image", "image/heic", "heic");
        }
        if (AUDIO_BRANDS.contains(brand)) {
            return new MediaType("audio", "audio/mp4", "m4a");
        }
        return switch (brand) {
            case "qt  " -> new MediaType("video", "video/quicktime", "mov");
            case "M4V ", "M4VH", "M4VP" -> new MediaType("video", "video/x-m4v", "m4v");
            default -> new MediaType("video", "video/mp4", "mp4");
        };
    }

    private static String compatibleBrands(byte[] b, int n) {
        int size = (b[0] & 0xff) << 24 | (b[1] & 0xff) << 16 | (b[2] & 0xff) << 8 | b[3] & 0xff;
        int end = Math.min(n, size < 16 ? 16 : size);
        return end <= 16 ? "" : new String(b, 16, end - 16, StandardCharsets.ISO_8859_1);
    }

    /** The tag may be longer than the head; then its own form has to do. */
    private static MediaType afterId3(byte[] b, int n) {
        if (b[3] == -1 || b[4] == -1 || ((b[6] | b[7] | b[8] | b[9]) & 0x80) != 0) {
            return null;
        }
        long audio = 10L + (b[6] << 21 | b[7] << 14 | b[8] << 7 | b[9]) + ((b[5] & 0x10) != 0 ? 10 : 0);
        if (audio + 4 > n) {
            return MP3;
        }
        int at = (int) audio;
        if (is(b, n, at, "fLaC")) {
            return new MediaType("audio", "audio/flac", "flac");
        }
        while (at < n && b[at] == 0) { // padding that some writers leave out of the tag's size
            at++;
        }
        MediaType found = at + 4 > n ? MP3 : frames(b, n, at);
        return found == null && at + 4 <= n && (b[at] & 0xff) == 0xff && (b[at + 1] & 0xe0) == 0xe0 ? MP3 : found;
    }

    /**
     * MPEG audio layer 3 or ADTS. Eleven set bits alone are common in other data, so a frame of the same make must stand where
     * the first one ends; a resource that is a single frame is taken too.
     */
    private static MediaType frames(byte[] b, int n, int at) {
        if (at + 7 > n || (b[at] & 0xff) != 0xff) {
            return null;
        }
        boolean adts = (b[at + 1] & 0xf6) == 0xf0 && (b[at + 2] >> 2 & 15) < 13;
        int size = adts ? adtsFrame(b, at) : mp3Frame(b, at);
        int next = at + size;
        if (size < 7 || next > n) {
            return null;
        }
        boolean last = next == n || !adts && (is(b, n, next, "TAG") || is(b, n, next, "APE"));
        boolean followed = next + 7 <= n
                && b[next] == b[at]
                && b[next + 1] == b[at + 1]
                && (adts
                        ? b[next + 2] == b[at + 2] && adtsFrame(b, next) >= 7
                        : (b[next + 2] & 0x0c) == (b[at + 2] & 0x0c) && mp3Frame(b, next) != 0);
        return last || followed ? adts ? AAC : MP3 : null;
    }

    private static int adtsFrame(byte[] b, int at) {
        return (b[at + 3] & 3) << 11 | (b[at + 4] & 0xff) << 3 | (b[at + 5] & 0xe0) >> 5;
    }

    /** Bytes of the layer 3 frame that begins here, 0 if none does. */
    private static int mp3Frame(byte[] b, int at) {
        int version = (b[at + 1] >> 3) & 3;
        int bitrate = (b[at + 2] >> 4) & 15;
        int rate = (b[at + 2] >> 2) & 3;
        if ((b[at] & 0xff) != 0xff
                || (b[at + 1] & 0xe6) != 0xe2
                || version == 1
                || bitrate == 0
                || bitrate == 15
                || rate == 3) {
            return 0;
        }
        int[] kbits = version == 3
                ? new int[] {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
                : new int[] {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
        int hertz = new int[] {44100, 48000, 32000}[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
        return (version == 3 ? 144000 : 72000) * kbits[bitrate] / hertz + ((b[at + 2] >> 1) & 1);
    }

    private static boolean isTransportStream(byte[] b, int n) {
        return n >= 377 && b[0] == 0x47 && b[188] == 0x47 && b[376] == 0x47;
    }

    private static boolean is(byte[] b, int n, int at, String expected) {
        if (n < at + expected.length()) {
            return false;
        }
        for (int i = 0; i < expected.length(); i++) {
            if ((b[at + i] & 0xff) != expected.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The beginning in lower case, without byte order mark and white space in front. */
    private static String text(byte[] head, int length) {
        int from = is(head, length, 0, "\u00ef\u00bb\u00bf") ? 3 : 0;
        boolean utf16 = is(head, length, 0, "\u00ff\u00fe") || is(head, length, 0, "\u00fe\u00ff");
        String text = new String(
                head,
                from,
                Math.min(length, HEAD) - Math.min(from, length),
                utf16 ? StandardCharsets.UTF_16 : StandardCharsets.ISO_8859_1);
        return text.stripLeading().toLowerCase(Locale.ROOT);
    }

    private static boolean isText(byte[] head, int length) {
        for (int i = 0; i < Math.min(length, HEAD); i++) {
            if (head[i] >= 0 && head[i] < ' ' && head[i] != '\n' && head[i] != '\r' && head[i] != '\t') {
                return false;
            }
        }
        return true;
    }
}
