package io.mediakeep.poll;

/** Says what went wrong in one line without a URL, which may hold a secret. */
public final class Causes {
    private Causes() {}

    public static String text(Throwable cause) {
        String message = cause.getMessage();
        if (message == null || message.contains("://")) {
            return cause.getClass().getSimpleName();
        }
        String line = message.replaceAll("\\p{Cntrl}", " ").strip();
        return line.length() > 300 ? line.substring(0, 300) : line;
    }
}
