package io.mediakeep.ledger;

/**
 * What merging events changed.
 *
 * @param events   events merged
 * @param tasks    tasks seen for the first time
 * @param finished tasks that came to their end with it
 * @param media    media added or given a fresher URL
 * @param reads    reads asked for
 */
public record MergeResult(int events, int tasks, int finished, int media, int reads) {
    public static final MergeResult NONE = new MergeResult(0, 0, 0, 0, 0);

    public MergeResult plus(MergeResult other) {
        return new MergeResult(
                events + other.events,
                tasks + other.tasks,
                finished + other.finished,
                media + other.media,
                reads + other.reads);
    }
}
