package io.mediakeep;

import io.mediakeep.settings.SettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Starts Mediakeep under Camel Main with the {@code application.properties} and {@code routes/} of the working directory.
 * {@code backup FILE} and {@code rebuild} do one thing and end, see {@link Commands}.
 * {@code --profile=NAME} puts {@code application-NAME.properties} on top. What keeps it from starting is one line on standard
 * error, with exit code 2.
 */
public final class Main {
    private static final String PROFILE = "--profile=";

    private Main() {}

    public static void main(String[] args) throws Exception {
        List<String> rest = new ArrayList<>(List.of(args));
        String profile = System.getProperty("camel.main.profile", System.getenv("CAMEL_MAIN_PROFILE"));
        for (String arg : args) {
            if (arg.startsWith(PROFILE)) {
                profile = arg.substring(PROFILE.length());
                rest.remove(arg);
            }
        }
        if (!Files.isRegularFile(Path.of("application.properties"))) {
            fail("application.properties must be in the working directory, but is not in "
                    + Path.of("").toAbsolutePath());
        }
        String locations = "file:application.properties";
        if (profile != null && !profile.isBlank()) {
            String file = "application-" + profile + ".properties";
            if (!Files.isRegularFile(Path.of(file))) {
                fail("the profile must have a file " + file + " in the working directory, but it has none");
            }
            locations = "file:" + file + "," + locations;
        }
        try {
            LogSettings.apply(locations);
        } catch (SettingException e) {
            fail(e.getMessage());
        }
        if (!rest.isEmpty() && Commands.NAMES.contains(rest.get(0))) {
            System.exit(Commands.run(rest, locations, System.out, System.err));
        }
        org.apache.camel.main.Main main = new org.apache.camel.main.Main();
        main.setPropertyPlaceholderLocations(locations);
        int code;
        try {
            code = main.run(rest.toArray(String[]::new));
        } catch (Exception e) {
            if (!StartFailure.isUsersOwn(e)) {
                LoggerFactory.getLogger("mediakeep").error("The start failed", e);
            }
            stop(main);
            System.err.println("mediakeep: " + StartFailure.line(e));
            // Not exit: Camel's shutdown hook would wait for a context that never was.
            Runtime.getRuntime().halt(2);
            return;
        }
        System.exit(code);
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

    private static void fail(String line) {
        System.err.println("mediakeep: " + line);
        System.exit(2);
    }
}
