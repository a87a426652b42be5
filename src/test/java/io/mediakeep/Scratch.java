package io.mediakeep;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Directories of tests, each {@code @TempDir} too (see junit-platform.properties). They are in memory where the system has
 * room there, so that a sync takes no time; the product is the same, it syncs as shipped. {@code -Dit.scratch=DIRECTORY}
 * puts them elsewhere. Thread-safe.
 */
public final class Scratch implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    /** What all forks together need at most, and some more; bytes. */
    private static final long ROOM = 4L << 30;

    private static final Path ROOT = root();

    /** A new directory, which the caller removes. */
    public static Path directory(String prefix) throws IOException {
        return Files.createTempDirectory(ROOT, prefix);
    }

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension) throws IOException {
        return directory("junit");
    }

    private static Path root() {
        String chosen = System.getProperty("it.scratch");
        return chosen != null
                ? Path.of(chosen)
                : isFit(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** The embedded storage keeps what it knows of an object in attributes, which older kernels do not have in memory. */
    private static boolean isFit(Path directory) {
        try {
            if (directory.toFile().getUsableSpace() < ROOM) {
                return false;
            }
            File file = File.createTempFile("mediakeep", null, directory.toFile());
            try {
                Files.getFileAttributeView(file.toPath(), UserDefinedFileAttributeView.class)
                        .write("user", ByteBuffer.wrap(new byte[] {1}));
                return true;
            } finally {
                Files.delete(file.toPath());
            }
        } catch (IOException | UnsupportedOperationException | NullPointerException e) {
            return false;
        }
    }
}
