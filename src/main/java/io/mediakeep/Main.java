package io.mediakeep;

import java.util.ArrayList;
import java.util.List;

/**
 * Starts Mediakeep under Camel Main with the {@code application.properties} and {@code routes/} of the working directory; a word
 * does something else with them, see {@link Commands}. {@code --profile=NAME} puts {@code application-NAME.properties} on top.
 */
public final class Main {
    private static final String PROFILE = "--profile=";

    private Main() {}

    public static void main(String[] args) throws Exception {
        List<String> rest = new ArrayList<>(List.of(args));
        String profile = null;
        for (String arg : args) {
            if (arg.startsWith(PROFILE)) {
                profile = arg.substring(PROFILE.length());
                rest.remove(arg);
            }
        }
        // Without the classes that read a command line: they would be a part of each start.
        System.exit(rest.isEmpty() ? Product.run(profile) : Commands.execute(args));
    }
}
