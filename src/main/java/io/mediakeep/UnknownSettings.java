package io.mediakeep;

import io.mediakeep.settings.SettingFiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds the settings that nobody reads, each with the nearest one that somebody does: most are slips of the pen. */
final class UnknownSettings {
    private static final String PREFIX = "mediakeep.";
    private static final String ENVIRONMENT = "MEDIAKEEP_";

    private UnknownSettings() {}

    /**
     * One line each, without any value.
     *
     * @param known       names that somebody reads
     * @param properties  names that are set as properties, in a file or of the system
     * @param environment names of environment variables
     */
    static List<String> lines(Collection<String> known, Collection<String> properties, Collection<String> environment) {
        Map<String, String> variables = new TreeMap<>();
        known.forEach(name -> {
            variables.put(variable(name), name);
            variables.put(SettingFiles.variable(name), name);
        });
        List<String> lines = new ArrayList<>();
        for (String name : new TreeSet<>(properties)) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                lines.add(line(name, nearest(name, known)));
            }
        }
        for (String name : new TreeSet<>(environment)) {
            if (name.startsWith(ENVIRONMENT) && !variables.containsKey(name)) {
                lines.add(line(name, nearest(name, variables.keySet())));
            }
        }
        return lines;
    }

    /** The environment variable that overrides a setting. */
    static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static String line(String name, String nearest) {
        return name + " is set, but nobody reads a setting of this name"
                + (nearest == null ? "" : ": is " + nearest + " meant?");
    }

    /** Null if none is near enough to be meant. */
    private static String nearest(String name, Collection<String> known) {
        int most = Math.max(2, (name.length() - PREFIX.length()) / 3);
        String nearest = null;
        for (String candidate : new TreeSet<>(known)) {
            int distance =
                    Math.abs(candidate.length() - name.length()) > most ? Integer.MAX_VALUE : distance(name, candidate);
            if (distance <= most) {
                most = distance - 1;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** How many characters must be put in, taken out or replaced (Levenshtein). */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
