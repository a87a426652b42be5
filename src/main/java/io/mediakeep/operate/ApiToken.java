package io.mediakeep.operate;

import io.mediakeep.database.PrivateFile;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token that API and console ask for: the one that is set, else one that is made at the first start and kept in a file
 * that its owner alone may read. Immutable.
 */
public final class ApiToken {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");
    private static final String SET = "mediakeep.api.token";
    private static final String FILE = "mediakeep.api.token-file";
    private static final String FORM = "[!-~]{16,}";
    private static final int RANDOM_BYTES = 32;
    private static final int LONGEST = 4096;

    private final String value;
    private final Path file;

    private ApiToken(String value, Path file) {
        this.value = value;
        this.file = file;
    }

    /** @throws SettingException if the token that is set does not fit, or the file cannot be used */
    public static ApiToken open(Settings settings) {
        Optional<String> set = settings.find(SET);
        if (set.isPresent()) {
            return new ApiToken(
                    settings.secret(SET, set.get(), "at least 16 visible characters", text -> text.matches(FORM)),
                    null);
        }
        Path file = Path.of(settings.text(FILE));
        String value;
        try {
            value = keep(file);
        } catch (IOException e) {
            throw wrong(file, "it gives " + reason(e));
        }
        if (!value.matches(FORM)) {
            throw wrong(file, "it holds something else");
        }
        return new ApiToken(value, file);
    }

    /** The token as a command finds it: set, or made by a start before; makes none. */
    public static Optional<String> find(Settings settings) {
        Path file = Path.of(settings.text(FILE));
        return settings.find(SET).or(() -> {
            try {
                return Files.isRegularFile(file)
                        ? Optional.of(read(file)).filter(token -> token.matches(FORM))
                        : Optional.empty();
            } catch (IOException e) {
                throw wrong(file, "it gives " + reason(e));
            }
        });
    }

    public String value() {
        return value;
    }

    /** Where the token stands; empty if {@code mediakeep.api.token} has set it. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** The token in the file, which is made where there is none; two processes that start together get the same. */
    private static String keep(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
        }
        PrivateFile.create(file);
        if (PrivateFile.restrict(file)) {
            LOG.warn(
                    "{} was open to others and is its owner's alone now; remove it for a new token at the next start",
                    file);
        }
        String kept = read(file);
        if (!kept.isEmpty()) {
            return kept;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock alone = channel.lock()) {
            kept = read(file);
            if (!kept.isEmpty()) {
                return kept;
            }
            byte[] random = new byte[RANDOM_BYTES];
            new SecureRandom().nextBytes(random);
            String made = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            channel.write(ByteBuffer.wrap((made + "\n").getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
            return made;
        }
    }

    private static String read(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1).strip();
        }
    }

    private static SettingException wrong(Path file, String found) {
        return new SettingException(
                FILE,
                "a file that holds a token of at least 16 visible characters, or one that can be made (or set " + SET
                        + ")",
                "is '" + file + "': " + found);
    }

    private static String reason(IOException failure) {
        return failure instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : failure.getClass().getSimpleName();
    }
}
