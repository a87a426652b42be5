import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What one part of the benchmark has open: processes, servers, a folder of its own. All of it ends with the part. */
final class Scope implements AutoCloseable {
    final Path folder;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private boolean closed;
    private int files;

    Scope(Path parent, String name) throws IOException {
        folder = Files.createDirectories(parent.resolve(name));
    }

    synchronized <T extends AutoCloseable> T own(T resource) {
        open.push(resource);
        if (closed) {
            close();
            throw new IllegalStateException("the part has ended");
        }
        return resource;
    }

    /** Ends one resource before the part does. */
    void end(AutoCloseable resource) throws Exception {
        resource.close();
        synchronized (this) {
            open.remove(resource);
        }
    }

    Child start(String name, Map<String, String> environment, List<String> command) {
        return own(new Child(folder, file(name + ".log"), environment, command));
    }

    /** What a peer took. */
    record Took(double wall, double cpu) {}

    /** Runs a line of shell to its end; CPU is that of all its processes. */
    Took shell(Map<String, String> environment, String line) throws Exception {
        Path log = file("shell.log");
        String script = "set -euo pipefail; TIMEFORMAT='took %R %U %S'; time { " + line + " ; }";
        Child child = own(new Child(folder, log, environment, List.of("bash", "-c", script)));
        try {
            if (!child.process.waitFor(5, TimeUnit.MINUTES) || child.process.exitValue() != 0) {
                throw new IllegalStateException(line.replaceAll(" .*", "") + " failed: " + child.said());
            }
        } finally {
            end(child);
        }
        String text = Files.readString(log).strip();
        String[] took = text.substring(text.lastIndexOf("took ") + 5).split("\\s+");
        return new Took(Double.parseDouble(took[0]), Double.parseDouble(took[1]) + Double.parseDouble(took[2]));
    }

    /** A new name below the folder. */
    Path file(String name) {
        files++;
        return folder.resolve(files + "-" + name);
    }

    static int freePort() {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean has(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /** Empties and removes a tree in which others may still be at work. */
    static void delete(Path tree) throws IOException {
        for (int attempt = 1; Files.exists(tree); attempt++) {
            try (Stream<Path> paths = Files.walk(tree)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException | UncheckedIOException e) {
                if (attempt == 5) {
                    throw new IOException(tree + " cannot be removed: " + e, e);
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        for (AutoCloseable resource = next(); resource != null; resource = next()) {
            try {
                resource.close();
            } catch (Exception e) {
                System.err.println("bench: " + e);
            }
        }
        try {
            delete(folder);
        } catch (IOException e) {
            System.err.println("bench: " + e);
        }
    }

    private synchronized AutoCloseable next() {
        return open.poll();
    }
}
