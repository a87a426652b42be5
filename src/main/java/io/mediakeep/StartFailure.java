package io.mediakeep;

import io.mediakeep.settings.SettingException;
import java.nio.file.NoSuchFileException;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;

/** Says in one line why the start failed. */
final class StartFailure {
    private static final int LONGEST = 400;
    private static final String NO_TEMPLATE = "Cannot find RouteTemplate with id ";

    private StartFailure() {}

    /** The wrong setting, or else the route or file that cannot be used and the innermost reason. */
    static String line(Throwable failure) {
        String route = null;
        Throwable innermost = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingException wrong) {
                return wrong.getMessage();
            }
            if (cause instanceof NoSuchFileException missing) {
                return "camel.main.routesIncludePattern must be a pattern of files in directories that exist, but "
                        + missing.getFile() + " does not";
            }
            if (isWithoutTemplate(cause)) {
                return "camel.main.routesIncludePattern must be a pattern that finds the route files, in directories that"
                        + " are no symbolic links, but no file has the template "
                        + cause.getMessage().substring(NO_TEMPLATE.length());
            }
            if (cause instanceof FailedToCreateRouteException e) {
                route = e.getRouteId();
            } else if (cause instanceof FailedToStartRouteException e) {
                route = e.getRouteId();
            }
            innermost = cause;
        }
        String reason = text(innermost);
        if (route != null) {
            return cut("route " + route + " cannot be started: " + reason);
        }
        String outer = text(failure);
        return cut("the start failed: " + (outer.contains(reason) ? outer : outer + ": " + reason));
    }

    /** Whether the line says it all, so that a stack trace would only be in the way. */
    static boolean isUsersOwn(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingException
                    || cause instanceof NoSuchFileException
                    || isWithoutTemplate(cause)
                    || cause instanceof FailedToCreateRouteException
                    || cause.getClass().getName().startsWith("org.apache.camel.dsl.yaml.")
                    || cause.getClass().getName().startsWith("org.snakeyaml.")) {
                return true;
            }
        }
        return false;
    }

    /** What Camel says where a file makes a route of a template that no file has. */
    private static boolean isWithoutTemplate(Throwable cause) {
        return cause instanceof IllegalArgumentException && text(cause).startsWith(NO_TEMPLATE);
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : message.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    }

    private static String cut(String line) {
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
