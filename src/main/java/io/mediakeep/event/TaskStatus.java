package io.mediakeep.event;

import java.util.Locale;
import java.util.Optional;

/** How far a task is, in rank order: a task never goes back. */
public enum TaskStatus {
    SUBMITTED,
    PROCESSING,
    FAILED,
    SUCCEEDED;

    /** The word of the canonical task event. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public int rank() {
        return ordinal();
    }

    public boolean isFinal() {
        return this == FAILED || this == SUCCEEDED;
    }

    /** Empty for a word that is not one of ours: the mapping did not know the provider's word. */
    public static Optional<TaskStatus> of(Object word) {
        for (TaskStatus status : values()) {
            if (status.word().equals(word)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
