package io.mediakeep.poll;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.ledger.PollLedger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One walk through a task list, page by page. Made by {@link Polls}; used by one thread. */
public final class PollRun {
    static final String CREATED = "created";
    static final String UPDATED = "updated";

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
    private final Instant enough;
    private final ListOrder created = new ListOrder();
    private final ListOrder updated = new ListOrder();
    private boolean whole;

    /** @param enough how far back the walk has to go if the list is sorted as it was; null for the whole window */
    PollRun(String provider, String list, PollLedger.Cursor cursor, Instant from, Instant to, Instant enough) {
        this.provider = provider;
        this.list = list;
        this.cursor = cursor;
        this.from = from;
        this.to = to;
        this.enough = enough;
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

    PollLedger.Cursor cursor() {
        return cursor;
    }

    /** An item of the list, in its order. */
    void see(TaskEvent event) {
        created.see(event.createdAt());
        updated.see(event.updatedAt());
    }

    /** Whether all that may have changed since the last walk was seen, because the list is sorted. */
    boolean isFarEnough() {
        return enough != null && (cursor.sorted().equals(CREATED) ? created : updated).isBeyond(enough);
    }

    /** Whether the rest of a list that shows its newest tasks first is older than the window; told by a few pages at least. */
    boolean isBeyondWindow() {
        return page >= 2 && created.isSeen() && created.isBeyond(from);
    }

    /** The list, or its part in the window, came to its end. */
    void reachedEnd() {
        whole = true;
        stop(null);
    }

    boolean isWhole() {
        return whole;
    }

    /** How the list is sorted, as far as this walk can tell; null where no order can be relied on. */
    String sorted() {
        if (whole) {
            return page == 0 ? null : created.isSeen() ? CREATED : updated.isSeen() ? UPDATED : null;
        }
        String before = cursor.sorted();
        return before == null || !(before.equals(CREATED) ? created : updated).holds() ? null : before;
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
