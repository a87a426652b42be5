package io.mediakeep.media;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a resource is, told by its first bytes; neither its name nor the origin's word counts. Only listed types are media, and
 * only those of the kinds that a provider is allowed. Source: the container specifications; WHATWG "MIME Sniffing" for the rest.
 *
 * @param kind        {@code video}, {@code image} or {@code audio}; {@code model}, {@code text} or {@code archive}
 * @param contentType such as {@code video/mp4}
 * @param extension   without a dot
 */
public record MediaType(String kind, String contentType, String extension) {
    /** Bytes that {@link #sniff} should see of a longer resource: before the first frame or box, there may be much else. */
    public static final int HEAD = 64 << 10;

    /** What is kept where nothing else is said. */
    public static final Set<String> MEDIA_KINDS = Set.of("video", "image", "audio");

    public static final Set<String> ALL_KINDS = Set.of("video", "image", "audio", "model", "text", "archive");
    public static final String TEXT = "text";

    private static final int DOCUMENT = 4_096;
    /** Frames that must follow each other where nothing else says that this is audio. */
    private static final int SURE = 5;

    private static final Set<String> BOXES_BEFORE_ANY = Set.of("mdat", "moov", "wide", "free", "skip", "pnot");
    /** As some storages send back what was uploaded to them in signed chunks. */
    private static final Pattern SIGNED_CHUNK = Pattern.compile("[0-9a-fA-F]{1,8};chunk-signature=(?s:.*)");

    private static final Pattern CHUNK = Pattern.compile("[0-9a-fA-F]{1,8}\\r\\n(?s:.*)");

    private static final Set<String> AUDIO_BRANDS = Set.of("M4A ", "M4B ", "M4P ", "F4A ", "F4B ");
    private static final Set<String> HEIC_BRANDS = Set.of("heic", "heix", "heim", "heis", "hevc", "hevx");
    private static final Set<String> HEIF_BRANDS = Set.of("mif1", "msf1");
    private static final MediaType MP3 = new MediaType("audio", "audio/mpeg", "mp3");
    private static final MediaType AAC = new MediaType("audio", "audio/aac", "aac");

    private static final List<Magic> MAGICS = List.of(
            new Magic("\u0089PNG\r\n\u001a\n", "", new MediaType("image", "image/png", "png")),
            new Magic("\u00ff\u00d8\u00ff", "", new MediaType("image", "image/jpeg", "jpg")),
            new Magic("GIF87a", "", new MediaType("image", "image/gif", "gif")),
            new Magic("GIF89a", "", new MediaType("image", "image/gif", "gif")),
            new Magic("II*\u0000", "", new MediaType("image", "image/tiff", "tif")),
            new Magic("MM\u0000*", "", new MediaType("image", "image/tiff", "tif")),
            new Magic("RIFF", "WEBP", new MediaType("image", "image/webp", "webp")),
            new Magic("RIFF", "WAVE", new MediaType("audio", "audio/wav", "wav")),
            new Magic("RF64", "WAVE", new MediaType("audio", "audio/wav", "wav")),
            new Magic("BW64", "WAVE", new MediaType("audio", "audio/wav", "wav")),
            new Magic("RIFF", "AVI ", new MediaType("video", "video/x-msvideo", "avi")),
            new Magic("FORM", "AIFF", new MediaType("audio", "audio/aiff", "aiff")),
            new Magic("FORM", "AIFC", new MediaType("audio", "audio/aiff", "aiff")),
            new Magic("fLaC", "", new MediaType("audio", "audio/flac", "flac")),
            new Magic("MThd\u0000\u0000\u0000", "", new MediaType("audio", "audio/midi", "mid")),
            new Magic("FLV\u0001", "", new MediaType("video", "video/x-flv", "flv")),
            new Magic(
                    "\u0030\u0026\u00b2\u0075\u008e\u0066\u00cf\u0011",
                    "\u00a6\u00d9\u0000\u00aa\u0000\u0062\u00ce\u006c",
                    new MediaType("video", "video/x-ms-wmv", "wmv")),
            new Magic("glTF\u0002\u0000\u0000\u0000", "", new MediaType("model", "model/gltf-binary", "glb")),
            new Magic("Kaydara FBX Binary  \u0000", "", new MediaType("model", "application/octet-stream", "fbx")));

    /**
     * @param length bytes of {@code head} that count: {@link #HEAD} or more, or the whole resource
     * @return never text: it has no sign of its own
     */
    public static Optional<MediaType> sniff(byte[] head, int length) {
        return Optional.ofNullable(find(head, length));
    }

    /**
     * @param kinds that may be; text is looked for only if it is among them
     * @throws Failure {@code resp_type}, {@code resp_length} or {@code resp_encoding}, see {@link #refusal}
     */
    public static MediaType require(byte[] head, int length, Set<String> kinds) {
        MediaType found = find(head, length);
        if (found == null && kinds.contains(TEXT) && !isSignedChunk(head, length)) {
            found = PlainText.sniff(head, Math.min(length, HEAD));
        }
        if (found == null) {
            throw refusal(head, length);
        }
        if (!kinds.contains(found.kind)) {
            throw new FinalFailure(
                    "resp_type",
                    "found " + found.contentType + " of kind " + found.kind + ", but the kinds that may be kept are "
                            + new TreeSet<>(kinds) + " (mediakeep.<provider>.kinds)");
        }
        return found;
    }

    /** Whether this is a page or a message for humans or programs, such as HTML, XML, SVG or JSON. */
    public static boolean looksLikeDocument(byte[] head, int length) {
        String text = text(head, length);
        return text.startsWith("<") || text.startsWith("{") || text.startsWith("[");
    }

    /**
     * Why something that {@link #sniff} does not know is no media. JSON and XML are how origins say that a URL has ended, so a
     * fresh one may help; a page is mostly a passing trouble of the origin, and so may be what nobody knows.
     *
     * @return never null; its reason is {@code resp_type}, {@code resp_length} if there is no byte at all, or {@code resp_encoding}
     *     for the chunks of an upload
     */
    public static Failure refusal(byte[] head, int length) {
        if (length == 0) {
            return new RefreshableFailure("resp_length", "expected media, but found an empty body");
        }
        if (isSignedChunk(head, length) || CHUNK.matcher(start(head, length)).matches() && !isText(head, length)) {
            return new RetryableFailure("resp_encoding", "expected media, but found the chunks of an upload around it");
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
                : new RetryableFailure("resp_type", "expected media, but found bytes of no known type");
    }

    private static MediaType find(byte[] b, int length) {
        int n = Math.min(length, HEAD);
        if (n >= 8 && (is(b, n, 4, "ftyp") || BOXES_BEFORE_ANY.contains(latin(b, 4, 4)))) {
            return boxes(b, n);
        }
        if (is(b, n, 0, "\u0000\u0000\u0000\fJXL ") || is(b, n, 0, "\u00ff\n")) {
            return new MediaType("image", "image/jxl", "jxl");
        }
        if (is(b, n, 0, "\u001a\u0045\u00df\u00a3")) {
            return latin(b, 0, Math.min(n, 64)).contains("webm")
                    ? new MediaType("video", "video/webm", "webm")
                    : new MediaType("video", "video/x-matroska", "mkv");
        }
        for (Magic magic : MAGICS) {
            if (is(b, n, 0, magic.start) && (magic.atEight.isEmpty() || is(b, n, 8, magic.atEight))) {
                return magic.type;
            }
        }
        if (is(b, n, 0, "OggS")) {
            return latin(b, 0, Math.min(n, 128)).contains("theora")
                    ? new MediaType("video", "video/ogg", "ogv")
                    : new MediaType("audio", "audio/ogg", "ogg");
        }
        if (is(b, n, 0, "PK\u0003\u0004") && n >= 30) {
            return archive(b, n);
        }
        if (isBitmap(b, n)) {
            return new MediaType("image", "image/bmp", "bmp");
        }
        if (is(b, n, 0, "ID3") && n >= 10) {
            return afterId3(b, n, n == length);
        }
        if (isTransportStream(b, n)) {
            return new MediaType("video", "video/mp2t", "ts");
        }
        return audio(b, n, n == length);
    }

    /** Boxes that mean nothing may stand before the one that says what this is; a movie may have none of these at all. */
    private static MediaType boxes(byte[] b, int n) {
        for (long at = 0; at + 8 <= n; ) {
            int from = (int) at;
            long size = ByteBuffer.wrap(b, from, 4).getInt() & 0xffffffffL;
            String type = latin(b, from + 4, 4);
            if (type.equals("ftyp")) {
                return n >= from + 12 ? isoMedia(Arrays.copyOfRange(b, from, n), n - from) : null;
            }
            if (size == 1 && at + 16 <= n) {
                size = ByteBuffer.wrap(b, from + 8, 8).getLong();
            }
            boolean open = size == 0 && type.equals("mdat");
            if (type.equals("moov") && size >= 8 || type.equals("mdat") && (size >= 8 || open)) {
                return new MediaType("video", "video/quicktime", "mov");
            }
            if (size < 8 || !BOXES_BEFORE_ANY.contains(type)) {
                return null;
            }
            at += size;
            if (at > n && n == HEAD) {
                return new MediaType("video", "video/mp4", "mp4"); // what it is stands further on
            }
        }
        return null;
    }

    /** A model for augmented reality is an archive whose first file is the scene. Source: Pixar, USDZ specification. */
    private static MediaType archive(byte[] b, int n) {
        int name = (b[26] & 0xff) | (b[27] & 0xff) << 8;
        boolean scene = n >= 30 + name && latin(b, 30, name).matches("(?s).*\\.usd[ac]?");
        return scene
                ? new MediaType("model", "model/vnd.usdz+zip", "usdz")
                : new MediaType("archive", "application/zip", "zip");
    }

    /** Two letters are not much: the sizes behind them must make sense. */
    private static boolean isBitmap(byte[] b, int n) {
        return n >= 54
                && is(b, n, 0, "BM")
                && b[6] == 0
                && b[7] == 0
                && b[8] == 0
                && b[9] == 0
                && b[15] == 0
                && b[16] == 0
                && b[17] == 0
                && Set.of(40, 52, 56, 64, 108, 124).contains(b[14] & 0xff);
    }

    private static MediaType isoMedia(byte[] b, int n) {
        String brand = latin(b, 8, 4);
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

    /**
     * Tags may be longer than the head; then their own form has to do. Their length may be wrong; then the frames behind them have to
     * do.
     */
    private static MediaType afterId3(byte[] b, int n, boolean whole) {
        long audio = 0;
        while (audio + 10 <= n && is(b, n, (int) audio, "ID3")) {
            int tag = (int) audio;
            if (b[tag + 3] == -1 || b[tag + 4] == -1 || (sizeBits(b, tag) & 0x80) != 0) {
                return search(b, n);
            }
            audio += 10L + (b[tag + 6] << 21 | b[tag + 7] << 14 | b[tag + 8] << 7 | b[tag + 9]);
            audio += (b[tag + 5] & 0x10) != 0 ? 10 : 0;
        }
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
        if (at + 4 > n || AudioFrame.follow(b, at, n, whole, false, 1)) {
            return MP3;
        }
        return frames(b, n, at, whole, 2) == AAC ? AAC : search(b, n);
    }

    private static int sizeBits(byte[] b, int tag) {
        return b[tag + 6] | b[tag + 7] | b[tag + 8] | b[tag + 9];
    }

    /** A resource that is a single frame is taken too. Players pass over what stands before the first one. */
    private static MediaType audio(byte[] b, int n, boolean whole) {
        MediaType found = frames(b, n, 0, whole, 2);
        return found != null || isWrapped(b, n) ? found : search(b, n);
    }

    private static MediaType search(byte[] b, int n) {
        for (int at = 0; at + 7 < n; at++) {
            if (b[at] == -1) {
                MediaType found = frames(b, n, at, false, SURE);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static MediaType frames(byte[] b, int n, int at, boolean whole, int least) {
        return AudioFrame.follow(b, at, n, whole, true, least)
                ? AAC
                : AudioFrame.follow(b, at, n, whole, false, least) ? MP3 : null;
    }

    /** Whether what stands first is no junk: a page or the like with something in it. */
    private static boolean isWrapped(byte[] b, int n) {
        return looksLikeDocument(b, n)
                || isSignedChunk(b, n)
                || CHUNK.matcher(start(b, n)).matches();
    }

    private static boolean isSignedChunk(byte[] b, int n) {
        return SIGNED_CHUNK.matcher(start(b, n)).matches();
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

    private static String latin(byte[] b, int from, int length) {
        return new String(b, from, length, StandardCharsets.ISO_8859_1);
    }

    private static String start(byte[] b, int n) {
        return latin(b, 0, Math.min(n, 32));
    }

    /** The beginning in lower case, without byte order mark and white space in front. */
    private static String text(byte[] head, int length) {
        int from = is(head, length, 0, "\u00ef\u00bb\u00bf") ? 3 : 0;
        boolean utf16 = is(head, length, 0, "\u00ff\u00fe") || is(head, length, 0, "\u00fe\u00ff");
        String text = new String(
                head,
                from,
                Math.min(length, DOCUMENT) - Math.min(from, length),
                utf16 ? StandardCharsets.UTF_16 : StandardCharsets.ISO_8859_1);
        return text.stripLeading().toLowerCase(Locale.ROOT);
    }

    private static boolean isText(byte[] head, int length) {
        for (int i = 0; i < Math.min(length, DOCUMENT); i++) {
            if (head[i] >= 0 && head[i] < ' ' && head[i] != '\n' && head[i] != '\r' && head[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** What is known by fixed texts at its first byte, and at the ninth. */
    private record Magic(String start, String atEight, MediaType type) {}
}
