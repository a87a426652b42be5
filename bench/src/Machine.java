import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the figures were measured on. */
final class Machine {
    private Machine() {}

    static String describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "Measured", LocalDate.now(ZoneOffset.UTC) + ", commit " + said("git", "rev-parse", "--short", "HEAD"));
        facts.put(
                "CPU",
                field("/proc/cpuinfo", "model name") + ", "
                        + Runtime.getRuntime().availableProcessors() + " cores");
        facts.put("Memory", field("/proc/meminfo", "MemTotal"));
        facts.put("Load before", first(read("/proc/loadavg"), 3));
        facts.put("Kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put(
                "File system of the temporary folder",
                said("stat", "-f", "-c", "%T", System.getProperty("bench.work")));
        facts.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("nginx", said("nginx", "-v"));
        facts.put("wrk", said("wrk", "-v"));
        facts.put("rclone", said("rclone", "version"));
        facts.put("AWS CLI", said("aws", "--version"));
        facts.put("s5cmd", said("s5cmd", "version"));
        facts.put("Node.js", said("node", "--version"));
        facts.put("Express, better-sqlite3", version("express") + ", " + version("better-sqlite3"));
        facts.put("S3 server", "S3Proxy in its own process, AWS signature version 4, http on loopback, -Xmx512m");
        StringBuilder text = new StringBuilder("| | |\n| --- | --- |\n");
        facts.forEach((name, value) -> text.append("| %s | %s |\n".formatted(name, value)));
        return text.toString();
    }

    /** The first line that a tool says, whichever way. */
    private static String said(String... command) {
        if (!Scope.has(command[0])) {
            return "cannot be had here";
        }
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes());
            process.waitFor(10, TimeUnit.SECONDS);
            return text.strip()
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceAll("(?i)\\s*(copyright|\\[epoll).*", "")
                    .strip();
        } catch (Exception e) {
            return "unknown";
        }
    }

    private static String version(String module) {
        String text = read("bench/peers/express/node_modules/" + module + "/package.json");
        return text.isEmpty() ? "cannot be had here" : text.replaceAll("(?s).*\"version\": *\"([^\"]+)\".*", "$1");
    }

    private static String field(String file, String name) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.replaceFirst(".*?:\\s*", ""))
                .orElse("unknown");
    }

    private static String first(String text, int words) {
        String[] all = text.strip().split("\\s+");
        return String.join(" ", java.util.Arrays.copyOf(all, Math.min(words, all.length)));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (java.io.IOException e) {
            return "";
        }
    }
}
