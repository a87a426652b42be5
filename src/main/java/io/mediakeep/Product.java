package io.mediakeep;

import io.mediakeep.settings.SettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** The product as a process: from its files to its end. What keeps it from starting is one line on standard error. */
final class Product {
    /** The exit code of a start that failed. */
    static final int NOT_STARTED = 2;

    private Product() {}

    /**
     * Where the settings are, as Camel takes it.
     *
     * @param profile null for that of Camel's own setting, or none
     * @throws SettingException if the working directory does not have them
     */
    static String locations(String profile) {
        String chosen = profile != null
                ? profile
                : System.getProperty("camel.main.profile", System.getenv("CAMEL_MAIN_PROFILE"));
        if (!Files.isRegularFile(Path.of("application.properties"))) {
            throw new SettingException(
                    "application.properties",
                    "in the working directory",
                    "is not in " + Path.of("").toAbsolutePath());
        }
        if (chosen == null || chosen.isBlank()) {
            return "file:application.properties";
        }
        String file = "application-" + chosen + ".properties";
        if (!Files.isRegularFile(Path.of(file))) {
            throw new SettingException(
                    "the profile", "one that has a file " + file + " in the working directory", "it has none");
        }
        return "file:" + file + ",file:application.properties";
    }

    /** @return the exit code, once the product has ended */
    static int run(String profile) throws Exception {
        org.apache.camel.main.Main main = new org.apache.camel.main.Main();
        try {
            main.setPropertyPlaceholderLocations(locations(profile));
            return main.run(new String[0]);
        } catch (Exception e) {
            if (!StartFailure.isUsersOwn(e)) {
                LoggerFactory.getLogger("mediakeep").error("The start failed", e);
            }
            stop(main);
            System.err.println("mediakeep: " + StartFailure.line(e));
            // Not exit: Camel's shutdown hook would wait for a context that never was.
            Runtime.getRuntime().halt(NOT_STARTED);
            return NOT_STARTED;
        }
    }

    /** Frees what was opened already, for at most five seconds. */
    private static void stop(org.apache.camel.main.Main main) throws InterruptedException {
        if (main.getCamelContext() != null) {
            Thread stop = new Thread(main.getCamelContext()::stop, "stop");
            stop.setDaemon(true);
            stop.setUncaughtExceptionHandler((thread, e) -> {});
            stop.start();
            stop.join(5_000);
        }
    }
}
