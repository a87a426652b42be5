package io.mediakeep.poll;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.failure.Backoff;
import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.MergeResult;
import io.mediakeep.ledger.PollLedger;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.metrics.Counters;
import io.mediakeep.provider.Products;
import io.mediakeep.provider.ProviderException;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Polling Consumers' memory: which window a list is asked for, when there is another page, and what an ended poll
 * means. Thread-safe.
 */
public final class Polls {
    private static final Logger LOG = LoggerFactory.getLogger(Polls.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final Duration REFUSED_PAUSE = Duration.ofMinutes(5);
    /** A walk without a page for so long has died with its thread; as long as the lease. */
    private static final Duration STUCK = Duration.ofMinutes(2);

    /** How often tasks are looked for that no list has ever shown. */
    private static final Duration BEYOND_LISTS = Duration.ofMinutes(1);

    private static final Duration MISSING_PAUSE = Duration.ofHours(1);

    private final PollLedger ledger;
    private final TaskLedger tasks;
    private final DeadLetterLedger deadLetters;
    private final Providers providers;
    private final Settings settings;
    private final Products products;
    private final TaskEventReader events;
    private final Counters counters;
    private final Clock clock;
    private final ObjectMapper json = new ObjectMapper();
    private final Trouble trouble;
    private final Duration overlap;
    private final Duration wholeInterval;
    /** Which lists this node walks through, and when it last came to the end of a page. */
    private final Map<String, Instant> walking = new ConcurrentHashMap<>();
    /** By provider, when tasks were last looked for that no list has shown. */
    private final Map<String, Instant> lookedBeyond = new ConcurrentHashMap<>();

    public Polls(
            PollLedger ledger,
            TaskLedger tasks,
            DeadLetterLedger deadLetters,
            Providers providers,
            Settings settings,
            Products products,
            TaskEventReader events,
            Counters counters,
            Clock clock) {
        this.ledger = ledger;
        this.tasks = tasks;
        this.deadLetters = deadLetters;
        this.providers = providers;
        this.settings = settings;
        this.products = products;
        this.events = events;
        this.counters = counters;
        this.clock = clock;
        this.trouble = new Trouble(LOG, clock);
        this.overlap = settings.duration("mediakeep.poll.overlap", Duration.ofSeconds(1));
        this.wholeInterval = settings.duration("mediakeep.poll.whole-interval", Duration.ofMinutes(1));
    }

    /** The lists of a provider that can be polled; none without credentials. */
    public List<String> lists(String provider) {
        return providers.get(provider).readable() ? products.lists(provider) : List.of();
    }

    /**
     * The filters of a list call as a query string, from {@code mediakeep.<p>.list.<name>}; several values repeat the name.
     *
     * @param names comma-separated names of the query parameters; in the settings {@code _} is written {@code -}
     * @return begins with {@code &} unless it is empty
     */
    private String filters(String provider, String names) {
        StringBuilder query = new StringBuilder();
        for (String name : names.split(",")) {
            for (String value : settings.list("mediakeep." + provider + ".list." + name.replace('_', '-'))) {
                query.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return query.toString();
    }

    /**
     * Takes a list for this node: the first poll looks back as far as the provider keeps media, later ones overlap by
     * the lookback.
     *
     * @return null if the list is not due, or it is being polled: a walk may take longer than the pause between two polls
     */
    public PollRun begin(String provider, String list) {
        Instant begun = clock.instant();
        Instant kept = walking.merge(
                key(provider, list),
                begun,
                (last, now) -> Duration.between(last, now).compareTo(STUCK) < 0 ? last : now);
        if (kept != begun) {
            return null;
        }
        Optional<PollLedger.Cursor> claimed = Optional.empty();
        try {
            claimed = ledger.claim(provider, list);
        } finally {
            if (claimed.isEmpty()) {
                walking.remove(key(provider, list));
            }
        }
        if (claimed.isEmpty()) {
            return null;
        }
        ProviderSettings provided = providers.get(provider);
        Instant now = clock.instant();
        Instant covered = claimed.get().coveredUntil();
        Instant oldest = now.minus(provided.reach());
        Instant from = covered == null ? oldest : covered.minus(provided.pollLookback());
        Instant begin = from.isBefore(oldest) ? oldest : from;
        return new PollRun(
                provider,
                list,
                claimed.get(),
                begin,
                now,
                pageSize(provider),
                enough(provider, list, claimed.get(), begin, now),
                URI.create(settings.httpUrl("mediakeep." + provider + ".api-url")),
                names -> filters(provider, names));
    }

    /**
     * How far back this walk has to go in a list that is sorted: to what the last one may have missed, and, where new tasks
     * come first, to the oldest open one. Older open tasks are looked for less often.
     *
     * @return null for the whole window, which is walked now and then whatever the order
     */
    private Instant enough(String provider, String list, PollLedger.Cursor cursor, Instant from, Instant now) {
        boolean whole = cursor.coveredUntil() == null
                || cursor.sorted() == null
                || cursor.wholeAt() == null
                || !now.isBefore(cursor.wholeAt().plus(wholeInterval));
        if (whole) {
            return null;
        }
        Instant last = cursor.coveredUntil().minus(overlap);
        if (cursor.sorted().equals(PollRun.UPDATED)) {
            return last;
        }
        Duration reach = Older.reach(cursor.walks(), Duration.between(from, now));
        return ledger.oldestOpen(provider, list, now.minus(reach))
                .filter(oldest -> oldest.isBefore(last))
                .orElse(last);
    }

    /**
     * The event of one item, or null after a dead letter for an item that cannot be read, or for one that ended before
     * the window.
     *
     * @param mapped what the mapping made of the item
     * @param item   the item itself
     */
    public TaskEvent item(PollRun run, Object mapped, Object item) {
        try {
            TaskEvent event = events.read(run.getProvider(), mapped).in(run.getList());
            run.shows(event.taskId());
            run.see(event);
            Instant last = event.updatedAt() != null ? event.updatedAt() : event.createdAt();
            if (last != null && last.isBefore(run.getFrom())) {
                return null;
            }
            if (!event.status().isFinal()) {
                run.isOpen(event.taskId());
            }
            return event;
        } catch (Failure e) {
            unreadable(run, item, e);
            return null;
        }
    }

    /** An item that no mapping could be made of is a dead letter; the others of its page go on. An error of ours ends the poll. */
    public void unreadable(PollRun run, Object item, Throwable cause) {
        if (cause instanceof LedgerUnavailableException e) {
            throw e;
        }
        if (Causes.isOurs(cause)) {
            throw new IllegalStateException(Causes.text(cause), cause);
        }
        run.shows(ItemKey.of(item));
        String reason = cause instanceof Failure failure ? failure.reason() : "mapping";
        String detail = Causes.text(cause);
        Optional<String> id = ItemKey.id(item);
        if (id.isEmpty()) {
            run.nameless(reason, detail, item);
        } else if (deadLetters.payload(run.getProvider(), id.get(), bytes(item), reason, detail)) {
            tell(run, reason, detail);
        }
    }

    /** What has no identity may change from poll to poll, so one letter stands for all of a list and a kind of trouble. */
    private void tellNameless(PollRun run) {
        run.takeNameless().forEach((reason, items) -> {
            String key = "list:" + run.getList() + ":" + reason;
            if (deadLetters.payloads(run.getProvider(), key, items.times, bytes(items.last), reason, items.detail)) {
                tell(run, reason, items.detail);
            }
        });
    }

    private void tell(PollRun run, String reason, String detail) {
        trouble.failed(
                "Items in lists of " + run.getProvider() + " become dead letters, " + reason,
                "list " + run.getList() + ": " + detail);
        counters.dead(run.getProvider(), reason);
    }

    private byte[] bytes(Object item) {
        try {
            return json.writeValueAsBytes(item);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read as JSON can be written as JSON", e);
        }
    }

    /**
     * Merges a page and decides whether there is another.
     *
     * @param page      what {@link #item} gave
     * @param received  number of items the provider sent
     * @param next      token of the next page; null where the provider says that there is none, empty where it has no
     *                  tokens, so that a full page means another one, true where it says that there is one and names none
     */
    public MergeResult page(PollRun run, List<TaskEvent> page, int received, Object next) {
        walking.put(key(run.getProvider(), run.getList()), clock.instant());
        trouble.well(failing(run.getProvider()));
        List<TaskEvent> readable = page.stream().filter(Objects::nonNull).toList();
        tellNameless(run);
        MergeResult result = tasks.merge(readable, Seen.POLL);
        counters.merged(run.getProvider(), "poll", readable.size());
        readable.stream().filter(event -> !event.statusKnown()).forEach(e -> counters.unknownStatus(e.provider()));
        String prefix = "mediakeep." + run.getProvider() + ".";
        run.received(received);
        boolean more = Boolean.TRUE.equals(next);
        String token = next == null || more || run.isByNumber() ? "" : next.toString();
        int size = run.getSize();
        boolean full = received
                >= (settings.find(prefix + "poll-full-page").isPresent()
                        ? Math.min(size, settings.number(prefix + "poll-full-page", 1, 500))
                        : size);
        boolean last = next == null
                || token.isEmpty() && !more && (!full || !run.getToken().isEmpty());
        if (run.isBeyondWindow()) {
            run.reachedEnd();
        } else if (run.isRepeated()) {
            run.tryAgain("a page shows the same items as the one before");
        } else if (last) {
            run.reachedEnd();
        } else if (run.isFarEnough()) {
            run.stop(null);
        } else if (more && (!run.isByNumber() || received == 0)) {
            run.tryAgain("the provider says that there are more, but not where");
        } else if (run.isUsed(token) && !token.isEmpty()) {
            run.tryAgain("the next page's token was there before");
        } else if (run.getPage() + 1 >= settings.number(prefix + "poll-max-pages", 1, 100_000)) {
            run.stop("stopped at the page bound " + prefix + "poll-max-pages");
        } else {
            run.next(token);
        }
        if (run.isMore() && !ledger.renew(run.getProvider(), run.getList(), run.cursor())) {
            run.stop("another poll took the list over");
        }
        return result;
    }

    /** The walk is over: the cursor moves unless it was stopped on its way. */
    public void end(PollRun run) {
        walking.remove(key(run.getProvider(), run.getList()));
        String problem = run.problem() != null ? run.problem() : run.trouble();
        if (problem != null) {
            trouble.failed(
                    "Polls of " + run.getProvider() + " end too soon",
                    "list " + run.getList() + ": " + problem + (run.problem() == null ? "; another way led on" : ""),
                    providers.get(run.getProvider()).pollInterval());
        }
        ledger.succeeded(
                run.getProvider(),
                run.getList(),
                run.cursor(),
                run.problem() == null ? run.getTo() : null,
                problem,
                run.isWhole() ? run.getTo() : null,
                run.sorted());
        if (run.isWhole() && run.problem() == null) {
            watchUnlisted(run);
        }
    }

    /** Open tasks that a whole walk did not show are read by themselves from now on. */
    private void watchUnlisted(PollRun run) {
        String provider = run.getProvider();
        if (!providers.get(provider).readable()) {
            return;
        }
        int unlisted = tasks.watchUnlisted(provider, run.getList(), run.open(), run.getTo());
        Instant now = clock.instant();
        Instant last = lookedBeyond.get(provider);
        if (last == null || Duration.between(last, now).compareTo(BEYOND_LISTS) >= 0 || now.isBefore(last)) {
            lookedBeyond.put(provider, now);
            List<String> lists = products.lists(provider);
            Optional<Instant> walked = ledger.allWalkedAt(provider, lists);
            unlisted += walked.isEmpty() ? 0 : tasks.watchUnlisted(provider, lists, walked.get());
        }
        if (unlisted > 0) {
            LOG.info("{} open tasks of {} are in no list any more, and are read by themselves", unlisted, provider);
        }
    }

    /** The walk broke off: the cursor stays, and the list rests for a while. */
    public void failed(PollRun run, Throwable cause) {
        if (run != null) {
            walking.remove(key(run.getProvider(), run.getList()));
        }
        if (run == null || cause instanceof LedgerUnavailableException) {
            if (!(cause instanceof LedgerUnavailableException)) {
                trouble.broken("Polls cannot begin", Causes.text(cause));
            }
            return;
        }
        Duration pause = Backoff.after(run.cursor().failures() + 1, Duration.ofSeconds(2), LONGEST_PAUSE);
        if (cause instanceof ProviderException e) {
            pause = switch (e.kind()) {
                case REFUSED -> REFUSED_PAUSE;
                case NOT_FOUND -> MISSING_PAUSE;
                case THROTTLED -> e.retryAfter().orElse(pause.plusSeconds(10));
                case TROUBLE -> e.retryAfter().orElse(pause);
            };
        }
        boolean answered = cause instanceof ProviderException e
                && (e.kind() == ProviderException.Kind.REFUSED || e.kind() == ProviderException.Kind.NOT_FOUND);
        trouble.failed(
                answered ? "Polls of " + run.getProvider() + " are refused" : failing(run.getProvider()),
                "list " + run.getList() + " rests for " + pause.toSeconds() + " s: " + Causes.text(cause),
                pause);
        ledger.failed(run.getProvider(), run.getList(), run.cursor(), pause, Causes.text(cause));
    }

    private int pageSize(String provider) {
        return settings.number("mediakeep." + provider + ".poll-page-size", 1, 500);
    }

    private static String failing(String provider) {
        return "Polls of " + provider + " fail";
    }

    private static String key(String provider, String list) {
        return provider + "/" + list;
    }
}
