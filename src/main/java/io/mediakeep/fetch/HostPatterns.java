package io.mediakeep.fetch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts that media may come from: {@code cdn.example.com} that host, {@code *.example.com} every name below it but not
 * itself, {@code *} any. Compares whole labels. Immutable, thread-safe.
 */
public final class HostPatterns {
    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern NAME = Pattern.compile("(?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]+]");

    private final List<String> patterns;

    private HostPatterns(List<String> patterns) {
        this.patterns = List.copyOf(patterns);
    }

    /**
     * @param setting comma-separated patterns, upper or lower case, blanks around them ignored
     * @throws IllegalArgumentException if one of them is not a pattern or there is none; the message names it
     */
    public static HostPatterns parse(String setting) {
        List<String> patterns = new ArrayList<>();
        for (String part : setting.split(",", -1)) {
            String pattern = part.strip().toLowerCase(Locale.ROOT);
            if (!pattern.equals("*")
                    && !NAME.matcher(pattern).matches()
                    && !IPV6.matcher(pattern).matches()) {
                throw new IllegalArgumentException(
                        "expected host patterns such as cdn.example.com, *.example.com or *, but found '" + part.strip()
                                + "'");
            }
            patterns.add(pattern);
        }
        return new HostPatterns(patterns);
    }

    /** These patterns and some hosts more. */
    public HostPatterns with(Collection<String> hosts) {
        List<String> all = new ArrayList<>(patterns);
        all.addAll(hosts);
        return new HostPatterns(all);
    }

    /** @param asciiLowerHost as {@link java.net.URI#getHost} gives it, in lower case; IPv6 literals in brackets */
    public boolean matches(String asciiLowerHost) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.equals("*")
                        || pattern.equals(asciiLowerHost)
                        || pattern.startsWith("*.")
                                && asciiLowerHost.endsWith(pattern.substring(1))
                                && asciiLowerHost.length() >= pattern.length());
    }

    /** Whether the host itself is in the list; an address is never meant by a wildcard. */
    boolean names(String asciiLowerHost) {
        return patterns.contains(asciiLowerHost);
    }

    public List<String> toList() {
        return patterns;
    }

    @Override
    public String toString() {
        return String.join(", ", patterns);
    }
}
