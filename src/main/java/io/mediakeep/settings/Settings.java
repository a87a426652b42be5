package io.mediakeep.settings;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads typed values out of the properties, whose overrides (environment, system properties) the source has resolved
 * already. Every method throws {@link SettingException} for a value of the wrong form. Remembers which names it was asked for.
 * Thread-safe.
 */
public final class Settings {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(B|KiB|MiB|GiB)?");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private final Function<String, Optional<String>> source;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    /** @param source the resolved value of a property, empty where it is not set */
    public Settings(Function<String, Optional<String>> source) {
        this.source = source;
    }

    /** The text of a setting without surrounding white space, or empty if it is not set or blank. */
    public Optional<String> find(String name) {
        asked.add(name);
        return source.apply(name).map(String::strip).filter(s -> !s.isEmpty());
    }

    /** Whether there is such a line at all, be it blank. */
    public boolean isThere(String name) {
        asked.add(name);
        return source.apply(name).isPresent();
    }

    /** The names that were asked for so far: those of the settings that somebody reads. */
    public Set<String> asked() {
        return Set.copyOf(asked);
    }

    /** @throws SettingException if the setting is missing or blank */
    public String text(String name) {
        return find(name).orElseThrow(() -> new SettingException(name, "set", "is empty or missing"));
    }

    public boolean flag(String name) {
        String value = text(name).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw wrong(name, "true or false", value);
        }
        return value.equals("true");
    }

    /** A whole number within the bounds, both included. */
    public int number(String name, int least, int most) {
        String value = text(name);
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(name, "a whole number from " + least + " to " + most, value);
    }

    /** A duration such as {@code 250ms}, {@code 30s}, {@code 5m}, {@code 12h}, {@code 7d}; at least {@code least}. */
    public Duration duration(String name, Duration least) {
        String value = text(name);
        Matcher matcher = DURATION.matcher(value);
        if (matcher.matches()) {
            Duration duration = Duration.ofMillis(Long.parseLong(matcher.group(1)) * MILLIS.get(matcher.group(2)));
            if (duration.compareTo(least) >= 0) {
                return duration;
            }
        }
        throw wrong(name, "a duration such as 250ms, 30s, 5m, 12h or 7d, at least " + written(least), value);
    }

    /** A size such as {@code 1048576}, {@code 16 MiB} or {@code 20 GiB}, in bytes, within the bounds. */
    public long size(String name, long least, long most) {
        String value = text(name);
        Matcher matcher = SIZE.matcher(value);
        if (matcher.matches()) {
            String unit = matcher.group(2) == null ? "B" : matcher.group(2);
            try {
                long bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), BYTES.get(unit));
                if (bytes >= least && bytes <= most) {
                    return bytes;
                }
            } catch (ArithmeticException e) {
                // said below
            }
        }
        throw wrong(name, "a size such as 65536, 16 MiB or 20 GiB, from " + least + " to " + most + " bytes", value);
    }

    /** Comma-separated texts without blanks around them; empty ones are left out. */
    public List<String> list(String name) {
        List<String> values = new ArrayList<>();
        for (String part : find(name).orElse("").split(",")) {
            if (!part.isBlank()) {
                values.add(part.strip());
            }
        }
        return List.copyOf(values);
    }

    /** A text of this form. */
    public String matching(String name, Pattern form, String expected) {
        String value = text(name);
        if (!form.matcher(value).matches()) {
            throw wrong(name, expected, value);
        }
        return value;
    }

    /** A {@link #list} whose values have this form. */
    public List<String> list(String name, Pattern form, String expected) {
        List<String> values = list(name);
        for (String value : values) {
            if (!form.matcher(value).matches()) {
                throw wrong(name, "a list of " + expected, value);
            }
        }
        return values;
    }

    /** One of the given words. */
    public String word(String name, String... words) {
        String value = text(name);
        if (!Arrays.asList(words).contains(value)) {
            throw wrong(name, "one of " + String.join(", ", words), value);
        }
        return value;
    }

    /** One of the constants, written in lower case. */
    public <E extends Enum<E>> E oneOf(String name, Class<E> constants) {
        String[] words = Stream.of(constants.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        return Enum.valueOf(constants, word(name, words).toUpperCase(Locale.ROOT));
    }

    /** An absolute http or https URL without user info, query and fragment; a slash at the end is dropped. */
    public String httpUrl(String name) {
        String value = text(name);
        try {
            URI uri = URI.create(value);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (http
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new SettingException(name, "an http or https URL without user info and query", "is not");
    }

    /** Checks a text that must not be shown, such as a secret; only its length is said. */
    public String secret(String name, String value, String expected, Predicate<String> fits) {
        if (!fits.test(value)) {
            throw new SettingException(name, expected, "has " + value.length() + " characters that do not fit");
        }
        return value;
    }

    public static SettingException wrong(String name, String expected, String found) {
        String shown = found.length() > 60 ? found.substring(0, 60) + "..." : found;
        return new SettingException(name, expected, "is '" + shown.replaceAll("\\p{Cntrl}", "?") + "'");
    }

    private static String written(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
