package io.mediakeep.poll;

import io.mediakeep.event.TaskEvent;
import io.mediakeep.ledger.PollLedger;
import io.mediakeep.provider.ProviderException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

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
    private final UnaryOperator<String> filters;
    private long offset;
    private final URI api;
    private URI nextPage;
    private URI named;

    /**
     * @param size   items to ask for on a page
     * @param api    base URL of the API
     * @param filters the query of a list call by the names of its filters
     * @param enough how far back the walk has to go if the list is sorted as it was; null for the whole window
     */
    PollRun(
            String provider,
            String list,
            PollLedger.Cursor cursor,
            Instant from,
            Instant to,
            int size,
            Instant enough,
            URI api,
            UnaryOperator<String> filters) {
        this.provider = provider;
        this.list = list;
        this.cursor = cursor;
        this.from = from;
        this.to = to;
        this.size = size;
        this.enough = enough;
        this.api = api;
        this.filters = filters;
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

    /** How many items came before the page to ask for. */
    public long getOffset() {
        return offset;
    }

    /** Path of the page to ask for, below the API's URL, where the one before named its URL; else null. */
    public String getNextPath() {
        return nextPage == null ? null : nextPage.getRawPath();
    }

    /** Query that belongs to {@link #getNextPath()}; null for none. */
    public String getNextQuery() {
        return nextPage == null ? null : nextPage.getRawQuery();
    }

    /**
     * For a provider that gives the URL of the next page: it is asked for if it is at the origin of the API and below its path,
     * because our credentials go there.
     *
     * @param url null or empty where there is none
     * @return what stands for the next page; null for none
     * @throws ProviderException if the URL leads elsewhere
     */
    public String url(Object url) {
        named = null;
        if (url == null || url.toString().isEmpty()) {
            return null;
        }
        String path = api.getRawPath().replaceFirst("/+$", "");
        try {
            URI next = api.resolve(new URI(url.toString())).normalize();
            if (next.getHost() != null
                    && api.getScheme().equalsIgnoreCase(next.getScheme())
                    && next.getRawUserInfo() == null
                    && api.getHost().equalsIgnoreCase(next.getHost())
                    && port(api) == port(next)
                    && next.getRawPath().startsWith(path + "/")) {
                String query = next.getRawQuery() == null ? "" : "?" + next.getRawQuery();
                named = URI.create(next.getRawPath().substring(path.length()) + query);
                return named.toString();
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // said below, without the URL
        }
        throw new ProviderException(
                ProviderException.Kind.TROUBLE, "the URL of the next page is not one of the API at its origin", null);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /**
     * The filters of a list call as a query string, from {@code mediakeep.<p>.list.<name>}; several values repeat the name.
     *
     * @param names comma-separated names of the query parameters; in the settings {@code _} is written {@code -}
     * @return begins with {@code &} unless it is empty
     */
    public String filters(String names) {
        return filters.apply(names);
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

    /** A page came with so many items. */
    void received(int items) {
        offset += items;
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
        nextPage = named;
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
        named = null;
        shown = new ArrayList<>();
        triedAgain++;
        if (triedAgain == 1) {
            return;
        }
        if (triedAgain == 2 && !byNumber && !token.isEmpty()) {
            byNumber = true;
            token = "";
            nextPage = null;
            return;
        }
        if (triedAgain <= 3 && size > 1) {
            triedAgain = 3;
            size /= 2;
            page = 0;
            token = "";
            nextPage = null;
            offset = 0;
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
