package io.mediakeep.mapping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the files in a payload whose shape is not known: each model of a marketplace has its own. A file is a text that is a URL,
 * or a map whose {@code url} is one; the map may tell its type. Stateless.
 */
final class MediaFiles {
    private static final Pattern URL = Pattern.compile("(?i)https?://\\S+");
    private static final Pattern EXTENSION = Pattern.compile("(?i)^[^?#]*/[^/?#]*\\.([a-z0-9]{2,5})(?:[?#].*)?$");
    private static final Set<String> IMAGES =
            Set.of("png", "jpg", "jpeg", "webp", "gif", "avif", "heic", "bmp", "tif", "tiff", "jxl");
    private static final Set<String> SOUNDS =
            Set.of("mp3", "wav", "m4a", "aac", "ogg", "oga", "opus", "flac", "aif", "aiff", "mid", "midi");
    private static final Set<String> MODELS = Set.of("glb", "gltf", "fbx", "obj", "usdz", "ply", "stl");
    private static final Set<String> TEXTS = Set.of("srt", "vtt", "txt", "json");
    private static final Set<String> VIDEOS = Set.of("mp4", "mov", "webm", "mkv", "avi", "m4v", "flv", "wmv");
    /** What is told beside a URL and becomes part of the media. */
    private static final Map<String, String> DETAILS = Map.of(
            "width",
            "width",
            "height",
            "height",
            "fps",
            "fps",
            "duration",
            "durationSeconds",
            "expires_at",
            "expiresAt");

    private final Set<String> without = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final List<Map<String, Object>> found = new ArrayList<>();

    private MediaFiles(List<String> without) {
        this.without.addAll(without);
    }

    static List<Map<String, Object>> in(Object value, String name, List<String> without) {
        MediaFiles files = new MediaFiles(without);
        files.look(value, name);
        return files.found;
    }

    private void look(Object value, String path) {
        if (value instanceof Map<?, ?> map) {
            boolean file = isUrl(map.get("url"));
            if (file) {
                add(map.get("url"), path, map);
            }
            map.forEach((member, below) -> {
                String name = String.valueOf(member);
                if (!without.contains(name) && !(file && name.equals("url"))) {
                    look(below, path + "-" + name);
                }
            });
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                look(list.get(i), path + "-" + i);
            }
        } else if (isUrl(value)) {
            add(value, path, Map.of());
        }
    }

    private static boolean isUrl(Object value) {
        return value instanceof CharSequence text && URL.matcher(text).matches();
    }

    private void add(Object url, String path, Map<?, ?> told) {
        Map<String, Object> media = new LinkedHashMap<>();
        media.put("key", path);
        media.put("kind", kind(url.toString(), path, told));
        media.put("url", url.toString());
        DETAILS.forEach((from, to) -> {
            if (told.get(from) != null) {
                media.put(to, told.get(from));
            }
        });
        found.add(media);
    }

    /** By what is told, by the extension, by the words of the path; what nobody tells is taken for a video. */
    private static String kind(String url, String path, Map<?, ?> told) {
        String type = String.valueOf(told.get("content_type")).toLowerCase(Locale.ROOT);
        for (String kind : List.of("video", "image", "audio", "model")) {
            if (type.startsWith(kind + "/")) {
                return kind;
            }
        }
        Matcher matcher = EXTENSION.matcher(url);
        String extension = matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
        if (VIDEOS.contains(extension)) {
            return "video";
        } else if (IMAGES.contains(extension)) {
            return "image";
        } else if (SOUNDS.contains(extension)) {
            return "audio";
        } else if (MODELS.contains(extension)) {
            return "model";
        } else if (TEXTS.contains(extension)) {
            return "text";
        } else if (extension.equals("zip")) {
            return "archive";
        }
        String words = path.toLowerCase(Locale.ROOT);
        return words.contains("image") ? "image" : words.contains("audio") ? "audio" : "video";
    }
}
