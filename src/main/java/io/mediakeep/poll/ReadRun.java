package io.mediakeep.poll;

import io.mediakeep.ledger.TaskLedger.DueRead;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/** One read of a task; where a provider has several products, each is asked until one knows it. Used by one thread. */
public final class ReadRun {
    private final DueRead due;
    private final Iterator<String> products;
    private String product;
    private Throwable trouble;
    private boolean answered;

    /** @param products where the task may be, likeliest first; never empty */
    ReadRun(DueRead due, List<String> products) {
        this.due = due;
        this.products = products.iterator();
        this.product = this.products.next();
    }

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
        return product;
    }

    /** Whether there is still somewhere to ask. */
    public boolean isSearching() {
        return product != null;
    }

    DueRead due() {
        return due;
    }

    /** What went wrong in one of the places asked, null if nothing did. */
    Throwable trouble() {
        return trouble;
    }

    /** @param cause null if the provider said that it is not here */
    void notHere(Throwable cause) {
        trouble = cause != null ? cause : trouble;
        product = products.hasNext() ? products.next() : null;
    }

    void answered() {
        answered = true;
    }

    /** Whether a task came back, so that what fails from then on is the mapping of it. */
    boolean isAnswered() {
        return answered;
    }

    void stop() {
        product = null;
    }
}
