package io.mediakeep.poll;

import java.util.concurrent.RejectedExecutionException;

/** Says what went wrong in one line without a URL, which may hold a secret. */
public final class Causes {
    private Causes() {}

    /** Whether this process was short of something, so that neither a payload nor a mapping is to blame. */
    public static boolean isOurs(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof OutOfMemoryError || each instanceof RejectedExecutionException) {
                return true;
            }
        }
        return false;
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
