package io.mediakeep;

/** What the user is told of a start that failed, for tests elsewhere. */
public final class StartFailureLine {
    private StartFailureLine() {}

    public static String of(Throwable failure) {
        return StartFailure.line(failure);
    }
}
