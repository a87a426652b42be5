package io.mediakeep.poll;

import io.mediakeep.ledger.TaskLedger.DueRead;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One read of a task; where a provider has several products, each is asked until one knows it. Used by one thread. */
public final class ReadRun extends ReadWork {
    /** How far a search came that was put off. */
    record Place(int index, Throwable trouble) {
        static final Place FIRST = new Place(0, null);
    }

    private final DueRead due;
    private final List<String> products;
    private final int cost;
    private int index;
    private boolean stopped;
    private Throwable trouble;
    private boolean mapping;
    private boolean toldLess;

    /**
     * @param products where the task may be, likeliest first; never empty
     * @param known    whether the first of them is where it was seen before
     * @param place    where to begin
     */
    ReadRun(DueRead due, List<String> products, boolean known, Place place) {
        this.due = due;
        this.products = products;
        this.index = place.index() < products.size() ? place.index() : 0;
        this.trouble = index == 0 ? null : place.trouble();
        this.cost = known ? 1 : products.size() - index;
    }

    @Override
    public String getProvider() {
        return due.provider();
    }

    public String getTaskId() {
        return due.taskId();
    }

    /** The task id as one segment of a path, or a query value; nothing in it can be taken for an expression. */
    public String getEncodedTaskId() {
        return URLEncoder.encode(due.taskId(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Where to ask. */
    public String getProduct() {
        return isSearching() ? products.get(index) : null;
    }

    /** The products of the search; none where the provider makes no difference. */
    List<String> asked() {
        return products.stream().filter(product -> !product.isEmpty()).toList();
    }

    @Override
    public boolean isSearching() {
        return !stopped && index < products.size();
    }

    @Override
    public boolean isBatch() {
        return false;
    }

    @Override
    List<ReadRun> runs() {
        return isSearching() ? List.of(this) : List.of();
    }

    DueRead due() {
        return due;
    }

    /** The provider has answered: what fails from now on is the mapping's fault, until {@link #mapped}. */
    void answered() {
        mapping = true;
    }

    void mapped() {
        mapping = false;
    }

    boolean isBeingMapped() {
        return mapping;
    }

    /** An answer to a batch told less of the task than a read by itself will. */
    void toldLess() {
        toldLess = true;
    }

    boolean isToldLess() {
        return toldLess;
    }

    @Override
    boolean isWatch() {
        return due.isWatch();
    }

    @Override
    int cost() {
        return cost;
    }

    Place place() {
        return new Place(index, trouble);
    }

    /** What went wrong in one of the places asked, null if nothing did. */
    Throwable trouble() {
        return trouble;
    }

    /** @param cause null if the provider said that it is not here */
    void notHere(Throwable cause) {
        mapping = false;
        trouble = cause != null ? cause : trouble;
        index++;
    }

    void stop() {
        stopped = true;
    }
}
