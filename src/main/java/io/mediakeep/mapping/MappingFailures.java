package io.mediakeep.mapping;

import groovy.lang.MissingMethodException;
import groovy.lang.MissingPropertyException;
import java.util.Optional;
import java.util.stream.Stream;
import org.codehaus.groovy.control.MultipleCompilationErrorsException;
import org.codehaus.groovy.control.messages.SyntaxErrorMessage;
import org.codehaus.groovy.syntax.SyntaxException;

/** Says where a mapping failed and why, without any value of the payload. Thread-safe. */
public final class MappingFailures {
    /** In one line; the line and column are counted within the mapping. Only a mapping that does not compile has a column. */
    public String text(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MultipleCompilationErrorsException errors) {
                return errors.getErrorCollector().getErrors().stream()
                        .filter(SyntaxErrorMessage.class::isInstance)
                        .map(error -> ((SyntaxErrorMessage) error).getCause())
                        .map(MappingFailures::text)
                        .findFirst()
                        .orElse("mapping: it does not compile");
            }
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        Optional<Integer> line = Stream.of(root.getStackTrace())
                .filter(frame ->
                        frame.getFileName() != null && frame.getFileName().matches("Script[0-9A-Za-z_]*\\.groovy"))
                .map(StackTraceElement::getLineNumber)
                .findFirst();
        return "mapping: " + line.map(number -> "line " + number + ": ").orElse("") + cause(root);
    }

    private static String text(SyntaxException error) {
        return "mapping: line " + error.getStartLine() + ", column " + error.getStartColumn() + ": "
                + error.getOriginalMessage().replaceAll("\\s+", " ");
    }

    private static String cause(Throwable root) {
        if (root instanceof MissingMethodException missing) {
            return "there is no method " + missing.getMethod() + " of "
                    + missing.getType().getSimpleName();
        }
        if (root instanceof MissingPropertyException missing) {
            return "there is no " + missing.getProperty() + " of "
                    + missing.getType().getSimpleName();
        }
        return root.getClass().getSimpleName();
    }
}
