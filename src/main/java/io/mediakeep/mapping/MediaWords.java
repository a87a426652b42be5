package io.mediakeep.mapping;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Tells a model that answers with texts from one whose file is missing, where the shape of the answer is not known. In doubt a file is
 * missing: that is told to people, and the other is not. Stateless.
 */
final class MediaWords {
    /** Members in which marketplaces put files. */
    private static final Pattern FILE = Pattern.compile("(?:.*_)?(?:video|image|audio|file|mesh|url|uri)s?");

    private static final Pattern DATA = Pattern.compile("(?is)\\s*(?:data:|https?://).*");

    private MediaWords() {}

    static boolean in(Object value, List<String> without) {
        Set<String> skipped = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        skipped.addAll(without);
        return !lacksFile(value, skipped) && hasWords(value, skipped);
    }

    private static boolean hasWords(Object value, Set<String> without) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .anyMatch(member ->
                            !without.contains(String.valueOf(member.getKey())) && hasWords(member.getValue(), without));
        }
        return value instanceof Collection<?> list
                ? list.stream().anyMatch(entry -> hasWords(entry, without))
                : value instanceof CharSequence text && !text.toString().isBlank();
    }

    private static boolean lacksFile(Object value, Set<String> without) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().anyMatch(member -> {
                String name = String.valueOf(member.getKey());
                return !without.contains(name)
                        && (FILE.matcher(name.toLowerCase(Locale.ROOT)).matches()
                                || lacksFile(member.getValue(), without));
            });
        }
        // A file, or one that stands in the answer itself.
        return value instanceof Collection<?> list
                ? list.stream().anyMatch(entry -> lacksFile(entry, without))
                : value instanceof CharSequence text && DATA.matcher(text).matches();
    }
}
