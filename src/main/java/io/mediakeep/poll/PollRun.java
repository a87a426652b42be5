package io.mediakeep.poll;

import io.mediakeep.ledger.PollLedger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One walk through a task list, page by page. Made by {@link Polls}; used by one thread. */
public final class PollRun {
    private final String provider;
    private final String list;
    private final PollLedger.Cursor cursor;
    private final Instant from;
    private final Instant to;
    private final Set<String> tokens = new HashSet<>();
    private int page;
    private String token = "";
    private boolean more = true;
    private String problem;
    private List<String> lastTasks = List.of();

    PollRun(String provider, String list, PollLedger.Cursor cursor, Instant from, Instant to) {
        this.provider = provider;
        this.list = list;
        this.cursor = cursor;
        this.from = from;
        this.to = to;
    }

    public String getProvider() {
        return provider;
    }

    /** Which of the provider's lists, as the settings name it. */
    public String getList() {
        return list;
    }

    /** Begin of the window. */
    public Instant getFrom() {
        return from;
    }

    /** End of the window: when the poll began. */
    public Instant getTo() {
        return to;
    }

    public long getFromMillis() {
        return from.toEpochMilli();
    }

    public long getToMillis() {
        return to.toEpochMilli();
    }

    /** Number of the page to ask for, from 0. */
    public int getPage() {
        return page;
    }

    /** Number of the page to ask for, from 1. */
    public int getNumber() {
        return page + 1;
    }

    /** {@link #getToken()} as a query value. */
    public String getEncodedToken() {
        return URLEncoder.encode(token, StandardCharsets.UTF_8);
    }

    /** Token of the page to ask for, empty for the first page or where there are no tokens. */
    public String getToken() {
        return token;
    }

    /** Whether there is another page to ask for. */
    public boolean isMore() {
        return more;
    }

    int failures() {
        return cursor.failures();
    }

    String problem() {
        return problem;
    }

    /** Whether the page shows just the tasks of the one before: the provider does not know our page numbers. */
    boolean isRepeated(List<String> taskIds) {
        boolean repeated = page > 0 && !taskIds.isEmpty() && taskIds.equals(lastTasks);
        lastTasks = taskIds;
        return repeated;
    }

    /** Goes on to the next page. Returns false for a token that was there before. */
    boolean next(String nextToken) {
        page++;
        token = nextToken;
        return nextToken.isEmpty() || tokens.add(nextToken);
    }

    void stop(String why) {
        more = false;
        problem = why;
    }
}
