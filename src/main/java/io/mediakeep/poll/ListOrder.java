package io.mediakeep.poll;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether a list shows its items by one of their times, newest first; seen, not assumed, because no provider promises it.
 * Used by one thread.
 */
final class ListOrder {
    /** Items of one moment may be shown in any order. */
    private static final Duration SLACK = Duration.ofMinutes(1);

    private boolean holds = true;
    private Instant first;
    private Instant oldest;

    /** @param time null where the item does not tell */
    void see(Instant time) {
        if (time == null || oldest != null && time.isAfter(oldest.plus(SLACK))) {
            holds = false;
        } else if (oldest == null || time.isBefore(oldest)) {
            first = first == null ? time : first;
            oldest = time;
        }
    }

    /** Whether no item broke the order. */
    boolean holds() {
        return holds;
    }

    /** Whether the items say that there is an order: none broke it, and their times are further apart than chance. */
    boolean isSeen() {
        return holds && oldest != null && oldest.isBefore(first.minus(SLACK));
    }

    /** Whether every further item would be older than this. */
    boolean isBeyond(Instant time) {
        return holds && oldest != null && oldest.plus(SLACK).isBefore(time);
    }
}
