package io.mediakeep.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Takes settings from files, as vaults, Docker and Kubernetes hand out secrets: {@code mediakeep.x = file:/run/secrets/x}, or the
 * environment variable {@code MEDIAKEEP_X_FILE}, which overrides the properties. A file is read once, when its setting is first
 * asked for. Thread-safe.
 */
public final class SettingFiles implements Function<String, Optional<String>> {
    private static final String PREFIX = "mediakeep.";
    private static final String FILE = "file:";
    private static final int LONGEST = 1 << 16;

    /** Of the setting {@code mediakeep.api.token-file}, whose file is made where it is missing. */
    private static final Set<String> OTHERS = Set.of("MEDIAKEEP_API_TOKEN_FILE");

    private final Function<String, Optional<String>> source;
    private final Map<String, String> environment;
    private final BiConsumer<String, String> taken;
    private final Map<String, String> values = new ConcurrentHashMap<>();

    /**
     * @param source      the resolved value of a property, empty where it is not set
     * @param environment variables by name
     * @param taken       is told each setting that came from a file, with its value
     */
    public SettingFiles(
            Function<String, Optional<String>> source,
            Map<String, String> environment,
            BiConsumer<String, String> taken) {
        this.source = source;
        this.environment = environment;
        this.taken = taken;
    }

    /** The environment variable that names the file of a setting. */
    public static String variable(String setting) {
        return setting.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_FILE";
    }

    /** @throws SettingException if there is a file to read and it cannot be read, is empty or longer than 64 KiB */
    @Override
    public Optional<String> apply(String name) {
        if (!name.startsWith(PREFIX)) {
            return source.apply(name);
        }
        String kept = values.get(name);
        if (kept != null) {
            return Optional.of(kept);
        }
        String variable = variable(name);
        String named = OTHERS.contains(variable) ? null : environment.get(variable);
        if (named != null && !named.isBlank()) {
            String itself = variable.substring(0, variable.length() - "_FILE".length());
            if (environment.containsKey(itself)) {
                throw new SettingException(name, "set once", "is set by both " + itself + " and " + variable);
            }
            return Optional.of(keep(name, named.strip()));
        }
        Optional<String> value = source.apply(name);
        return value.map(String::strip)
                .filter(text -> text.startsWith(FILE) && !isEndpoint(name))
                .map(text -> keep(name, text.substring(FILE.length())))
                .or(() -> value);
    }

    /** There {@code file:} is a component of Camel. */
    private static boolean isEndpoint(String name) {
        return name.endsWith(".to") || name.endsWith(".from");
    }

    private String keep(String name, String file) {
        String value = read(name, file);
        values.put(name, value);
        taken.accept(name, value);
        return value;
    }

    private static String read(String name, String file) {
        String trouble;
        try {
            Path path = Path.of(file);
            if (Files.isRegularFile(path) && Files.size(path) > LONGEST) {
                throw new SettingException(name, "a file of at most 64 KiB", "is in " + file + ", which is longer");
            }
            String value = Files.readString(path).strip();
            if (!value.isEmpty()) {
                return value;
            }
            trouble = "is empty";
        } catch (NoSuchFileException | InvalidPathException e) {
            trouble = "is not there";
        } catch (AccessDeniedException e) {
            trouble = "may not be read by the user of this process";
        } catch (CharacterCodingException e) {
            trouble = "holds bytes that are no UTF-8";
        } catch (IOException e) {
            trouble = "cannot be read: " + e.getMessage();
        }
        throw new SettingException(name, "in a file with its value", "names " + file + ", which " + trouble);
    }
}
