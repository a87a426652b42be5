package io.mediakeep;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/**
 * What the settings say about the log of a process of its own: {@code mediakeep.log.format} and {@code mediakeep.log.levels}.
 * They are needed before Camel is there, so its properties files are read here too. Under the Camel CLI the log is its own.
 */
final class LogSettings {
    static final String FORMAT = "mediakeep.log.format";
    static final String LEVELS = "mediakeep.log.levels";

    /** Below WARN they would write signed URLs, or the values of settings. */
    private static final List<String> SECRETIVE = List.of("org.apache.hc", "org.apache.camel.component.properties");

    private LogSettings() {}

    /**
     * Must come before anything is logged.
     *
     * @param locations of the properties files, as Camel takes them: the first that has a setting wins
     * @throws SettingException if one of them is wrong
     */
    static void apply(String locations) {
        Settings settings = new Settings(source(locations, System.getenv()));
        // log4j2.xml takes the appender of this name.
        System.setProperty(FORMAT, format(settings));
        levels(settings).forEach(Configurator::setLevel);
    }

    static String format(Settings settings) {
        return settings.find(FORMAT).isEmpty() ? "text" : settings.word(FORMAT, "text", "json");
    }

    /** By the name of the logger; parents first. */
    static Map<String, Level> levels(Settings settings) {
        Map<String, Level> levels = new TreeMap<>();
        for (String entry : settings.list(LEVELS)) {
            String[] parts = entry.split("\\s*=\\s*", -1);
            Level level = parts.length == 2 ? Level.getLevel(parts[1]) : null;
            if (level == null || !parts[0].matches("[A-Za-z0-9_.$-]+")) {
                throw Settings.wrong(LEVELS, "a list such as io.mediakeep.poll=DEBUG, org.apache.camel=INFO", entry);
            }
            if (level.isLessSpecificThan(Level.INFO) && SECRETIVE.stream().anyMatch(parts[0]::startsWith)) {
                throw Settings.wrong(LEVELS, "WARN, ERROR or OFF for loggers that would write secrets", entry);
            }
            levels.put(parts[0], level);
        }
        return levels;
    }

    /** System properties before the environment before files, as Camel has it. */
    static Function<String, Optional<String>> source(String locations, Map<String, String> environment) {
        List<Properties> files = new ArrayList<>();
        for (String location : locations.split(",")) {
            files.add(load(Path.of(location.replaceFirst("^file:", ""))));
        }
        return name -> Optional.ofNullable(System.getProperty(name))
                .or(() -> Optional.ofNullable(environment.get(UnknownSettings.variable(name))))
                .or(() -> files.stream()
                        .map(file -> file.getProperty(name))
                        .filter(value -> value != null)
                        .findFirst());
    }

    private static Properties load(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
        return properties;
    }
}
