package io.mediakeep.storage;

import io.mediakeep.digest.Digests;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names objects after the setting {@code mediakeep.storage.key}. Whatever the ids hold, a key consists of
 * {@code A-Z a-z 0-9 . _ - = /}, has no segment that a path would interpret, and belongs to one media of one task only:
 *
 * <ul>
 *   <li>Every other byte of a value becomes {@code =} and two upper case hexadecimal digits, as does a dot at either end.
 *   <li>In a segment with several placeholders the characters between them are encoded inside the values, so that
 *       {@code a-b} and {@code c} never meet {@code a} and {@code b-c}.
 *   <li>A segment of more than 160 bytes keeps its first 80, followed by {@code ==} and the SHA-256 of the whole of it.
 *       The S3 limit is 1,024 bytes for a key; the limit for a segment is what file systems leave.
 * </ul>
 *
 * Values are never evaluated, decoded or trimmed. Immutable, thread-safe.
 */
public final class ObjectKeys {
    private static final String SETTING = "mediakeep.storage.key";
    private static final String MANIFEST = "task.json";
    private static final int MAX_KEY = 1_024;
    private static final int MAX_SEGMENT = 160;
    private static final int KEPT = 80;
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
    private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9._-]*");
    private static final Pattern USABLE = Pattern.compile("(?:(?!\\.{1,2}(?:/|$))[A-Za-z0-9._=+@~-]+(?:/(?!$)|$))+");
    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]{1,8}");
    private static final Set<String> ALLOWED =
            Set.of("provider", "taskId", "mediaKey", "extension", "account", "createdDate", "kind");
    private static final List<String> NEEDED = List.of("provider", "taskId", "mediaKey");

    /**
     * What a key can be made of.
     *
     * @param extension   lower case, without a dot, from the verified content
     * @param account     null if unknown
     * @param createdDate day in UTC; null if unknown
     * @param kind        {@code video}, {@code image} or {@code audio}; null if unknown
     */
    public record Names(
            String provider,
            String taskId,
            String mediaKey,
            String extension,
            String account,
            LocalDate createdDate,
            String kind) {
        public Names {
            Objects.requireNonNull(provider, "provider");
            Objects.requireNonNull(taskId, "taskId");
            Objects.requireNonNull(mediaKey, "mediaKey");
            if (!EXTENSION.matcher(extension).matches()) {
                throw new IllegalArgumentException("A file extension must be 1 to 8 lower case letters or digits");
            }
        }

        private String value(String placeholder) {
            String value = switch (placeholder) {
                case "provider" -> provider;
                case "taskId" -> taskId;
                case "mediaKey" -> mediaKey;
                case "extension" -> extension;
                case "account" -> account;
                case "kind" -> kind;
                default -> createdDate == null ? null : createdDate.toString();
            };
            return value == null ? "" : value;
        }
    }

    /** Texts and placeholders take turns; there is one text more. */
    private record Segment(List<String> texts, List<String> placeholders, String reserved) {
        /** What {@link #fill} makes; each placeholder is a group. */
        Pattern pattern() {
            StringBuilder pattern = new StringBuilder(Pattern.quote(texts.get(0)));
            String value = "([A-Za-z0-9._=\\-&&[^/" + reserved.replace("-", "\\-") + "]]+)";
            for (int i = 0; i < placeholders.size(); i++) {
                pattern.append(placeholders.get(i).equals("extension") ? "([a-z0-9]{1,8})" : value);
                pattern.append(Pattern.quote(texts.get(i + 1)));
            }
            return Pattern.compile(pattern.toString());
        }
    }

    private final List<Segment> segments = new ArrayList<>();

    /**
     * @param template such as <code>${provider}/${taskId}/${mediaKey}.${extension}</code>
     * @throws IllegalArgumentException if objects could collide or the template is malformed; the message names the setting
     */
    public ObjectKeys(String template) {
        Set<String> seen = new HashSet<>();
        int longest = -1;
        for (String part : template.split("/", -1)) {
            Segment segment = parse(part, seen);
            segments.add(segment);
            longest += 1
                    + (segment.placeholders().isEmpty() ? segment.texts().get(0).length() : MAX_SEGMENT);
        }
        for (String needed : NEEDED) {
            if (!seen.contains(needed)) {
                throw malformed("must contain ${" + needed + "}, or objects of different results would collide");
            }
        }
        if (longest > MAX_KEY) {
            throw malformed("may make keys of " + longest + " bytes, but S3 allows " + MAX_KEY);
        }
    }

    /**
     * Whether an object of ours may have this key: segments of {@code A-Z a-z 0-9 . _ = + @ ~ -} that no path would interpret,
     * at most 1,024 bytes, and no place of a manifest or a probe.
     */
    public static boolean isUsable(String key) {
        return key != null
                && key.length() <= MAX_KEY
                && USABLE.matcher(key).matches()
                && !key.startsWith(".mediakeep/")
                && !key.equals(MANIFEST)
                && !key.endsWith("/" + MANIFEST);
    }

    /** Key of a media object. */
    public String object(Names names) {
        StringBuilder key = new StringBuilder();
        for (Segment segment : segments) {
            if (key.length() > 0) {
                key.append('/');
            }
            key.append(fill(segment, names));
        }
        return key.toString();
    }

    /**
     * The values that this key was made of. Empty if it was made by another template or by nobody of us, or if a name of it was
     * shortened.
     */
    public Optional<Names> read(String key) {
        String[] names = key.split("/", -1);
        if (names.length != segments.size()) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            Matcher matcher = segments.get(i).pattern().matcher(names[i]);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            for (int n = 0; n < segments.get(i).placeholders().size(); n++) {
                values.put(segments.get(i).placeholders().get(n), decode(matcher.group(n + 1)));
            }
        }
        try {
            String day = values.get("createdDate");
            Names read = new Names(
                    values.get("provider"),
                    values.get("taskId"),
                    values.get("mediaKey"),
                    values.getOrDefault("extension", "x"),
                    values.get("account"),
                    day == null ? null : LocalDate.parse(day),
                    values.get("kind"));
            return object(read).equals(key) ? Optional.of(read) : Optional.empty();
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What every key of the provider's objects begins with; may be empty. */
    public String prefix(String provider) {
        StringBuilder prefix = new StringBuilder();
        for (Segment segment : segments) {
            for (int i = 0; i < segment.placeholders().size(); i++) {
                prefix.append(segment.texts().get(i));
                if (!segment.placeholders().get(i).equals("provider")) {
                    return prefix.toString();
                }
                prefix.append(encode(provider, segment.reserved()));
            }
            prefix.append(segment.texts().get(segment.texts().size() - 1)).append('/');
        }
        return prefix.toString();
    }

    /** Key of the manifest of a task: <code>${provider}/${taskId}/task.json</code>, whatever the template is. */
    public String manifest(String provider, String taskId) {
        return shorten(encode(provider, ""), "") + '/' + shorten(encode(taskId, ""), "") + '/' + MANIFEST;
    }

    private static String fill(Segment segment, Names names) {
        StringBuilder text = new StringBuilder(segment.texts().get(0));
        String ending = "";
        for (int i = 0; i < segment.placeholders().size(); i++) {
            String placeholder = segment.placeholders().get(i);
            text.append(encode(names.value(placeholder), segment.reserved()));
            text.append(segment.texts().get(i + 1));
            ending = placeholder.equals("extension") ? '.' + names.extension() : "";
        }
        String filled = text.toString();
        if (filled.equals(MANIFEST)) {
            return "task=2Ejson";
        }
        return shorten(filled, filled.endsWith(ending) ? ending : "");
    }

    private static String shorten(String segment, String ending) {
        if (segment.length() <= MAX_SEGMENT) {
            return segment;
        }
        String kept = segment.substring(0, KEPT).replaceFirst("=[0-9A-F]?$", "");
        return kept + "==" + Digests.sha256(segment.getBytes(StandardCharsets.US_ASCII)) + ending;
    }

    private static String encode(String value, String reserved) {
        if (value.isEmpty()) {
            return "=";
        }
        StringBuilder text = new StringBuilder(value.length());
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean end = i == 0 || i == bytes.length - 1;
            if (plain(c) && !(c == '.' && end) && reserved.indexOf(c) < 0) {
                text.append(c);
            } else {
                text.append('=').append(String.format("%02X", (int) c));
            }
        }
        return text.toString();
    }

    private static String decode(String text) {
        if (text.equals("=")) {
            return "";
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            boolean coded = text.charAt(i) == '=' && text.substring(i).matches("(?s)=[0-9A-F]{2}.*");
            bytes.write(coded ? Integer.parseInt(text.substring(i + 1, i + 3), 16) : text.charAt(i));
            i += coded ? 2 : 0;
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean plain(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }

    private static Segment parse(String part, Set<String> seen) {
        List<String> texts = new ArrayList<>();
        List<String> placeholders = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(part);
        int from = 0;
        while (matcher.find()) {
            texts.add(part.substring(from, matcher.start()));
            placeholders.add(matcher.group(1));
            from = matcher.end();
        }
        texts.add(part.substring(from));
        if (part.isEmpty()) {
            throw malformed("must not begin or end with / or contain //");
        }
        if (texts.get(0).startsWith(".") || texts.get(texts.size() - 1).endsWith(".")) {
            throw malformed("must not have a dot at the begin or the end of a name");
        }
        for (String text : texts) {
            if (!TEXT.matcher(text).matches()) {
                throw malformed("may hold only A-Z a-z 0-9 . _ - / between placeholders");
            }
        }
        for (String placeholder : placeholders) {
            if (!ALLOWED.contains(placeholder)) {
                throw malformed("has the unknown placeholder ${" + placeholder.replaceAll("[^A-Za-z0-9]", "?")
                        + "}; known are " + ALLOWED.stream().sorted().toList());
            }
            if (!seen.add(placeholder)) {
                throw malformed("must not contain ${" + placeholder + "} twice");
            }
        }
        int fixed = texts.stream().mapToInt(String::length).sum();
        if (fixed > KEPT) {
            throw malformed("must not have more than " + KEPT + " characters of text in a name");
        }
        return new Segment(List.copyOf(texts), List.copyOf(placeholders), reserved(texts, placeholders));
    }

    /** The characters that mark the end of a value within this segment. */
    private static String reserved(List<String> texts, List<String> placeholders) {
        StringBuilder reserved = new StringBuilder();
        for (int i = 1; i < placeholders.size(); i++) {
            String between = texts.get(i);
            if (between.isEmpty() || plainWord(between.charAt(0))) {
                throw malformed("needs one of . _ - after ${" + placeholders.get(i - 1)
                        + "}, or objects of different results would collide");
            }
            boolean extensionEnds = between.equals(".")
                    && i == placeholders.size() - 1
                    && placeholders.get(i).equals("extension")
                    && texts.get(i + 1).isEmpty();
            if (!extensionEnds) { // An extension has no dot, so the last dot of the segment is the border anyway.
                reserved.append(between.charAt(0));
            }
        }
        return reserved.toString();
    }

    private static boolean plainWord(char c) {
        return c != '.' && c != '_' && c != '-';
    }

    private static IllegalArgumentException malformed(String what) {
        return new IllegalArgumentException(SETTING + " " + what);
    }
}
