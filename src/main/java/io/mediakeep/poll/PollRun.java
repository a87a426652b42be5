package io.mediakeep.poll;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.ledger.PollLedger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private List<String> shown = new ArrayList<>();
    private List<String> lastShown = List.of();
    private int size;
    private boolean byNumber;
    private int triedAgain;
    private String trouble;
    private final Instant enough;
    private final ListOrder created = new ListOrder();
    private final ListOrder updated = new ListOrder();
    private final Set<String> open = new HashSet<>();
    private final Map<String, Nameless> nameless = new LinkedHashMap<>();
    private boolean whole;

    /**
     * @param size   items to ask for on a page
     * @param enough how far back the walk has to go if the list is sorted as it was; null for the whole window
     */
    PollRun(
            String provider,
            String list,
            PollLedger.Cursor cursor,
            Instant from,
            Instant to,
            int size,
            Instant enough) {
        this.provider = provider;
        this.list = list;
        this.cursor = cursor;
        this.from = from;
        this.to = to;
        this.size = size;
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

    /** How many items to ask for. */
    public int getSize() {
        return size;
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

    /** An open task that the list shows, and that can be read. */
    void isOpen(String taskId) {
        open.add(taskId);
    }

    /** The open tasks that the walk has seen. */
    Set<String> open() {
        return open;
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

    /** Items without identity that could not be read, of one kind of trouble: how many, and the last of them. */
    static final class Nameless {
        int times;
        Object last;
        String detail;
    }

    /** An item that has no identity and cannot be read. */
    void nameless(String reason, String detail, Object item) {
        Nameless kind = nameless.computeIfAbsent(reason, r -> new Nameless());
        kind.times++;
        kind.last = item;
        kind.detail = detail;
    }

    /** What was noted since this was last asked for, by reason. */
    Map<String, Nameless> takeNameless() {
        Map<String, Nameless> taken = new LinkedHashMap<>(nameless);
        nameless.clear();
        return taken;
    }

    /** An item of the page, by a name that stays the same. */
    void shows(String item) {
        shown.add(item);
    }

    /** Whether the page shows just what the one before did. */
    boolean isRepeated() {
        return page > 0 && !shown.isEmpty() && shown.equals(lastShown);
    }

    /** Whether pages are asked for by their number, although the provider may name tokens. */
    boolean isByNumber() {
        return byNumber;
    }

    /** Whether the token was there before. */
    boolean isUsed(String nextToken) {
        return tokens.contains(nextToken);
    }

    /** Goes on to the next page. */
    void next(String nextToken) {
        lastShown = shown;
        shown = new ArrayList<>();
        page++;
        token = nextToken;
        tokens.add(nextToken);
    }

    /**
     * A page that cannot be the end of the list, nor lead on: it is asked for once more, then by its number instead of its
     * token, then all is begun anew in pages of half the size. After that the walk stops.
     */
    void tryAgain(String why) {
        trouble = why;
        shown = new ArrayList<>();
        triedAgain++;
        if (triedAgain == 1) {
            return;
        }
        if (triedAgain == 2 && !byNumber && !token.isEmpty()) {
            byNumber = true;
            token = "";
            return;
        }
        if (triedAgain <= 3 && size > 1) {
            triedAgain = 3;
            size /= 2;
            page = 0;
            token = "";
            tokens.clear();
            lastShown = List.of();
            return;
        }
        stop(why);
    }

    /** What was wrong with a page on the way, null if nothing was. */
    String trouble() {
        return trouble;
    }

    void stop(String why) {
        more = false;
        problem = why;
    }
}
