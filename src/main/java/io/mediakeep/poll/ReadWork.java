package io.mediakeep.poll;

import java.util.List;

/** What takes one place of a {@link ReadLane}: a read of one task, or of several by one call. Used by one thread. */
public abstract class ReadWork {
    /** Calls that the lane keeps for it, and whether it gave its place back; both belong to the lane. */
    int promised;

    boolean over;

    public abstract String getProvider();

    /** Whether there is still somewhere to ask. */
    public abstract boolean isSearching();

    /** Whether it reads several tasks by one call. */
    public abstract boolean isBatch();

    /** Whether nobody waits for it. */
    abstract boolean isWatch();

    /** Calls that it is likely to take. */
    abstract int cost();

    /** The reads that are still to be answered. */
    abstract List<ReadRun> runs();
}
