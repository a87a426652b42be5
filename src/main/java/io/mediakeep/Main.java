package io.mediakeep;

import io.mediakeep.settings.SettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts Mediakeep under Camel Main with the {@code application.properties} and {@code routes/} of the working directory.
 * {@code --profile=NAME} puts {@code application-NAME.properties} on top.
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
        org.apache.camel.main.Main main = new org.apache.camel.main.Main();
        main.setPropertyPlaceholderLocations(locations);
        int code;
        try {
            code = main.run(rest.toArray(String[]::new));
        } catch (Exception e) {
            SettingException wrong = setting(e);
            if (wrong == null) {
                e.printStackTrace();
            }
            fail(wrong == null ? "the start failed, see above" : wrong.getMessage());
            return;
        }
        System.exit(code);
    }

    private static SettingException setting(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingException wrong) {
                return wrong;
            }
        }
        return null;
    }

    private static void fail(String line) {
        System.err.println("mediakeep: " + line);
        System.exit(2);
    }
}
