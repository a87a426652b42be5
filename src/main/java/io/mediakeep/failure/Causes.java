package io.mediakeep.failure;

import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.FailedToCreateProducerException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;

/** Says what went wrong in one line without a URL, which may hold a secret. */
public final class Causes {
    private Causes() {}

    /**
     * Whether a failure is ours whatever was being worked on: a route that is being replaced or names what is not there, or
     * the process at its end. It must not be charged to a task.
     */
    public static boolean isOurs(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DirectConsumerNotAvailableException
                    || cause instanceof ResolveEndpointFailedException
                    || cause instanceof FailedToCreateProducerException
                    || cause instanceof NoSuchBeanException
                    || cause instanceof NoSuchLanguageException
                    || cause instanceof RejectedExecutionException
                    || cause instanceof InterruptedException
                    || cause instanceof OutOfMemoryError) {
                return true;
            }
        }
        return false;
    }

    /** What we said ourselves, where a component has wrapped it; else what came. */
    public static Throwable own(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Failure) {
                return cause;
            }
        }
        return failure;
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
