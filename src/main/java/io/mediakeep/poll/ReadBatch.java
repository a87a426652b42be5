package io.mediakeep.poll;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Several reads that one call can answer, where a provider takes a list of task ids. Used by one thread. */
public final class ReadBatch extends ReadWork {
    private final List<ReadRun> runs;
    private final String product;
    private final Instant from;
    private final Instant to;
    private boolean stopped;

    /**
     * @param runs reads of one provider that all ask in one product first; never empty
     * @param from since when their tasks may have been made
     */
    ReadBatch(List<ReadRun> runs, Instant from, Instant to) {
        this.runs = List.copyOf(runs);
        this.product = runs.get(0).getProduct();
        this.from = from;
        this.to = to;
    }

    @Override
    public String getProvider() {
        return runs.get(0).getProvider();
    }

    /** Where to ask. */
    public String getProduct() {
        return product;
    }

    public List<String> getTaskIds() {
        return runs.stream().map(ReadRun::getTaskId).toList();
    }

    /** How many tasks are asked for. */
    public int getSize() {
        return runs.size();
    }

    /** The task ids as one query value, with commas between them. */
    public String getEncodedTaskIds() {
        return runs.stream().map(ReadRun::getEncodedTaskId).collect(Collectors.joining(","));
    }

    /** The task ids as a query that repeats the name. */
    public String repeated(String name) {
        return runs.stream().map(run -> name + "=" + run.getEncodedTaskId()).collect(Collectors.joining("&"));
    }

    /** Since when the tasks may have been made. */
    public Instant getFrom() {
        return from;
    }

    /** When they are asked for. */
    public Instant getTo() {
        return to;
    }

    @Override
    public boolean isSearching() {
        return !stopped;
    }

    @Override
    public boolean isBatch() {
        return true;
    }

    @Override
    boolean isWatch() {
        return runs.stream().allMatch(ReadRun::isWatch);
    }

    @Override
    int cost() {
        return 1;
    }

    @Override
    List<ReadRun> runs() {
        return runs.stream().filter(ReadRun::isSearching).toList();
    }

    /** The read of this task, if it is still to be answered. */
    Optional<ReadRun> of(String taskId) {
        return runs().stream().filter(run -> run.getTaskId().equals(taskId)).findFirst();
    }

    void stop() {
        stopped = true;
    }
}
