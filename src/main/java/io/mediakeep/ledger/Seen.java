package io.mediakeep.ledger;

/** Which stream an event came from. */
public enum Seen {
    /** A callback whose body is trusted. */
    CALLBACK,
    /** A callback that is only a hint: the task is to be read. */
    HINT,
    /** A task list. */
    POLL,
    /** Our own read of the task: what it says is the truth, and its URLs are the freshest. */
    READ;

    String firstSeenBy() {
        return this == CALLBACK || this == HINT ? "callback" : "poll";
    }
}
