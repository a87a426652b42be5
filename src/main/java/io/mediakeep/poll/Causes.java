package io.mediakeep.poll;

import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;

/** Says what went wrong in one line without a URL, which may hold a secret. */
public final class Causes {
    private Causes() {}

    /** Whether a route was away, or was stopped, while it was needed: that is nobody's fault but ours. */
    public static boolean isRouteAway(Throwable cause) {
        return cause instanceof DirectConsumerNotAvailableException || cause instanceof RejectedExecutionException;
    }

    public static String text(Throwable cause) {
        String message = cause.getMessage();
        if (message == null || message.contains("://")) {
            return cause.getClass().getSimpleName();
        }
        String line = message.replaceAll("\\p{Cntrl}", " ").strip();
        return line.length() > 300 ? line.substring(0, 300) : line;
    }
}
