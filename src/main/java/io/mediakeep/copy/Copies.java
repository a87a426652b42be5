package io.mediakeep.copy;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.failure.Backoff;
import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.ForeignHostFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.HostLedger;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Quota;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.Runs;
import io.mediakeep.metrics.Counters;
import io.mediakeep.settings.Providers;
import io.mediakeep.storage.StorageBreaker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Which media this node copies, and what becomes of a copy that failed: schedule again, ask for a fresh URL, or give up.
 * Thread-safe.
 */
public final class Copies {
    private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final Duration LONGEST_STORAGE_PAUSE = Duration.ofMinutes(1);
    /** How long a media waits for a read of its task when its URL is dead. */
    private static final Duration LONGEST_REFRESH = Duration.ofHours(1);
    /** The same while its URL lives, and so may be tried in any case. */
    private static final Duration SHORT_REFRESH = Duration.ofMinutes(1);
    /** Reads in a row that bring no living URL. */
    private static final int MOST_STALE = 2;
    /** Pauses between answers without a file grow so, up to the longest: some twenty in the first two hours. */
    private static final double PATIENCE = 1.4;

    private static final Duration LONGEST_PATIENCE = Duration.ofMinutes(30);
    /** Forty days of such pauses: whoever signs URLs anew for ever that hold nothing comes to an end too. */
    private static final int MOST_REFUSALS = 2_000;
    /** Shortest of the pauses that are cut because the URL dies soon. */
    private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

    /** Hosts come from outside, so their number has to have a bound. */
    private static final int MANY = 1_000;

    private static final Duration JUST_PAST = Duration.ofSeconds(1);
    /** A source may fail once or twice without anybody having to know. */
    private static final int WORTH_TELLING = 3;

    private final MediaLedger ledger;
    private final HostLedger hosts;
    private final Runs runs;
    private final Copier copier;
    private final Providers providers;
    private final Counters counters;
    private final Clock clock;
    private final StorageBreaker storage;
    private final HostLanes lanes;
    private final int most;
    private final int mostAttempts;
    private final Map<Claimed, Instant> claimed = new ConcurrentHashMap<>();
    private final Map<Claimed, Instant> running = new ConcurrentHashMap<>();
    private final Map<Claimed, Copy> opened = new ConcurrentHashMap<>();
    /** Copies that ended while the ledger could not be told so. */
    private final Set<Claimed> untold = ConcurrentHashMap.newKeySet();

    /** Hosts that the operator was told of. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    private volatile boolean stopping;

    /**
     * @param most         copies at a time on this node
     * @param perHost      of those from one host while others wait; 0 for half of them
     * @param mostAttempts attempts for one media before it is given up
     */
    public Copies(
            MediaLedger ledger,
            HostLedger hosts,
            Runs runs,
            Copier copier,
            Providers providers,
            Counters counters,
            StorageBreaker storage,
            Clock clock,
            int most,
            int perHost,
            int mostAttempts) {
        this.ledger = ledger;
        this.hosts = hosts;
        this.runs = runs;
        this.copier = copier;
        this.providers = providers;
        this.counters = counters;
        this.storage = storage;
        this.clock = clock;
        this.most = most;
        this.mostAttempts = mostAttempts;
        this.lanes = new HostLanes(clock, perHost > 0 ? Math.min(perHost, most) : Math.max(1, most / 2));
        counters.gauge("mediakeep.copies.running", running::size);
        counters.gauge("mediakeep.hosts.paused", lanes::broken);
        counters.gauge("mediakeep.storage.paused", () -> storage.isOpen() ? 1 : 0);
    }

    /**
     * Due media for the free places of this node: none while the storage takes nothing. Of those that may have ended
     * processes there is one at a time.
     */
    public synchronized List<Claimed> claim() {
        int free = most - claimed.size();
        if (stopping || free <= 0) {
            return List.of();
        }
        Optional<Claimed> suspect = claimSuspect();
        if (suspect.isEmpty()) {
            return claim(free);
        }
        List<Claimed> media = new ArrayList<>(suspect.stream().toList());
        media.addAll(free > 1 ? claim(free - 1) : List.of());
        return media;
    }

    private Optional<Claimed> claimSuspect() {
        boolean another = claimed.keySet().stream().anyMatch(Copies::isSuspect);
        if (another || !ledger.isSuspectDue() || storage.grant(1) == 0) {
            return Optional.empty();
        }
        Optional<Claimed> suspect = ledger.claimSuspect();
        if (suspect.isEmpty()) {
            storage.neither();
            return suspect;
        }
        LOG.warn(
                "Copies {} as the only suspect: {} processes ended while it was copied",
                suspect.get().id(),
                suspect.get().crashes());
        claimed.put(suspect.get(), clock.instant());
        return suspect;
    }

    private List<Claimed> claim(int free) {
        List<Lane> waiting = ledger.lanes();
        int granted = waiting.isEmpty() ? 0 : storage.grant(free);
        if (granted == 0) {
            return List.of();
        }
        List<Claimed> media = List.of();
        try {
            Map<String, Quota> rooms = lanes.rooms(waiting, claimed.keySet());
            media = ledger.claim(waiting, rooms, granted, Math.min(granted, free - reserve()));
            media.forEach(m -> claimed.put(m, clock.instant()));
        } finally {
            lanes.began(media);
            if (media.isEmpty()) {
                storage.neither();
            }
        }
        return media;
    }

    private static boolean isSuspect(Claimed media) {
        return media.crashes() > 1;
    }

    /** Places that no host gets beyond its own, so that another one that comes finds a place. */
    private int reserve() {
        return most == 1 ? 0 : Math.max(1, most / 8);
    }

    /**
     * First step of a copy: the source answers, and its first bytes say what it is. However the route goes on, connection and
     * buffers are given back when its exchange is done.
     */
    public Copy open(@Body Claimed media, Exchange exchange) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                leftOpen(media);
            }
        });
        return open(media);
    }

    Copy open(Claimed media) {
        running.put(media, clock.instant());
        if (isSuspect(media) && !ledger.began(media)) {
            throw new LeaseLostException(media.id());
        }
        Copy copy = copier.open(media);
        opened.put(media, copy);
        return copy;
    }

    /** Second step: all bytes go into the bucket. */
    public void store(@Body Copy copy) {
        copy.store();
    }

    /** A step of the route will not have it: see {@link Copy#refuse}. */
    public void refuse(Copy copy, String why) {
        copy.refuse(why);
    }

    /** Third step: the storage says what it has. */
    public void vouch(@Body Copy copy) {
        copy.vouch();
    }

    /** Last step: the ledger has it, and the copy is over. */
    public Stored record(@Body Copy copy) {
        Stored stored = copy.record();
        Claimed media = copy.media();
        Instant began = running.getOrDefault(media, clock.instant());
        end(media, null);
        lanes.ended(media, null);
        storage.succeeded();
        Duration took = Duration.between(began, clock.instant());
        counters.stored(media.id().provider(), stored.size(), took);
        LOG.info(
                "Stored {}: {} bytes in {} s from {}, {}",
                media.id(),
                stored.size(),
                took.toMillis() / 1_000.0,
                stored.sourceHost(),
                stored.checksum());
        return stored;
    }

    /** Its lease is kept no longer, and what it held is given back. */
    private void end(Claimed media, Throwable cause) {
        Copy copy = opened.remove(media);
        try {
            if (copy != null && cause != null) {
                copy.fail(cause);
            }
        } catch (RuntimeException e) {
            LOG.warn("What a copy of {} has begun is left to the sweep", media.id(), e);
        } finally {
            running.remove(media);
            if (copy != null) {
                copy.close();
            }
        }
    }

    /** A step of the route may have ended it before the last one. */
    private void leftOpen(Claimed media) {
        if (opened.containsKey(media)) {
            LOG.error("The route of {} ended before the step record: it is copied again later", media.id());
            failed(media, new RetryableFailure("internal", "its route ended before the step record"));
        }
    }

    /** Frees the place of a copy, however it ended. */
    public void release(Claimed media) {
        running.remove(media);
        claimed.remove(media);
    }

    /** Every few seconds: keeps the leases of running copies, and takes over those of nodes that died. */
    public void keepLeases() {
        ledger.renew(running.keySet());
        tellLater();
        Instant lost = clock.instant().minus(Duration.ofMinutes(2));
        claimed.entrySet().stream()
                .filter(e -> !running.containsKey(e.getKey()) && e.getValue().isBefore(lost))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(media -> {
                    lanes.ended(media, new IllegalStateException("lost"));
                    storage.neither();
                    release(media);
                });
        int taken = runs.beat() + ledger.takeOver();
        if (taken > 0) {
            LOG.info("Took over {} media whose lease had ended", taken);
            counters.takenOver(taken);
        }
    }

    /** The ledger was away, the process was not: that is no end without a word. */
    private void tellLater() {
        for (Claimed media : untold) {
            ledger.retry(media, Duration.ZERO, false, "ledger", "the ledger was away when the copy ended");
            untold.remove(media);
        }
    }

    /**
     * Claims nothing from now on. Running copies may still end, those that need longer than the grace are broken off: a
     * read from a slow source cannot be interrupted, and the process would wait for it.
     */
    public void stop(Duration grace) {
        stopping = true;
        CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    try {
                        // Where all have ended, the ledger may be closed already.
                        if (!claimed.isEmpty()) {
                            giveBack();
                        }
                    } catch (LedgerUnavailableException e) {
                        LOG.warn("Leases stay until they run out: {}", e.getMessage());
                    } finally {
                        copier.breakOff();
                    }
                });
    }

    /** Gives the leases of copies that did not end back, so that others need not wait for their end. */
    public void giveBack() {
        stopping = true;
        int given = ledger.giveBack();
        if (given > 0) {
            LOG.info("Gave {} unfinished copies back", given);
        }
    }

    /** Decides what becomes of a copy that failed, and frees its place even if the ledger cannot take the decision. */
    public void failed(Claimed media, Throwable thrown) {
        Throwable cause = Causes.own(thrown);
        end(media, cause);
        boolean hostDown = lanes.ended(media, cause);
        if (isStorage(cause)) {
            storage.failed(cause);
        } else if (!isRefusal(cause)) {
            storage.neither();
        } else if (storage.refused()) {
            cause = new RetryableFailure("storage", cause.getMessage());
        }
        try {
            decide(media, cause, hostDown);
        } catch (LedgerUnavailableException e) {
            untold.add(media);
            throw e;
        } finally {
            release(media);
        }
    }

    private static boolean isStorage(Throwable cause) {
        return cause instanceof RetryableFailure failure && failure.reason().equals("storage");
    }

    private static boolean isRefusal(Throwable cause) {
        return cause instanceof RetryableFailure failure && failure.reason().equals("storage_refused");
    }

    private void decide(Claimed media, Throwable cause, boolean hostDown) {
        String provider = media.id().provider();
        if (cause instanceof LeaseLostException || cause instanceof LedgerUnavailableException) {
            LOG.info("Copy of {} ends here: {}", media.id(), Causes.text(cause));
            if (cause instanceof LedgerUnavailableException) {
                untold.add(media);
            }
        } else if (cause instanceof ForeignHostFailure failure) {
            foreign(media, failure);
        } else if (cause instanceof FinalFailure failure) {
            giveUp(media, failure.reason(), failure.getMessage());
        } else if (cause instanceof Failure failure && isRefusal(failure)) {
            refused(media, failure);
        } else if (cause instanceof RetryableFailure failure) {
            retry(media, failure, hostDown);
        } else {
            LOG.error("Copy of {} failed in a way it should not", media.id(), cause);
            retry(media, new RetryableFailure("internal", cause.getClass().getSimpleName()), false);
        }
        if (cause instanceof Failure failure) {
            counters.copyFailed(provider, failure.reason());
        }
    }

    /** The source answers, but has no file: perhaps not yet, perhaps not any more at this URL. */
    private static boolean isRefusal(Failure failure) {
        return failure instanceof RefreshableFailure
                || failure instanceof RetryableFailure && failure.reason().equals("resp_type");
    }

    /** It may have one as long as its URL lives. After that only a fresh URL helps. */
    private void refused(Claimed media, Failure failure) {
        boolean readable = isReadable(media);
        boolean over = !lives(media) && (!readable || media.stale() >= MOST_STALE);
        if (over || media.refusals() >= MOST_REFUSALS) {
            giveUp(media, failure.reason(), failure.getMessage());
        } else if (readable) {
            refresh(media, failure, false);
        } else {
            Duration pause = beforeEnd(media, patience(media.refusals()));
            LOG.atLevel(told(media))
                    .log(
                            "Copy of {} waits {} s, its URL lives until {}: {}: {}",
                            media.id(),
                            pause.toSeconds(),
                            media.expiresAt(),
                            failure.reason(),
                            failure.getMessage());
            ledger.await(media, pause, failure.reason(), failure.getMessage());
        }
    }

    private void refresh(Claimed media, Failure failure, boolean counts) {
        boolean lives = lives(media);
        Duration pause = media.refusals() == 0 ? Duration.ZERO : beforeEnd(media, patience(media.refusals()));
        LOG.atLevel(told(media))
                .log(
                        "Copy of {} asks for a fresh URL in {} s: {}: {}",
                        media.id(),
                        pause.toSeconds(),
                        failure.reason(),
                        failure.getMessage());
        ledger.refresh(
                media,
                pause,
                lives ? SHORT_REFRESH : LONGEST_REFRESH,
                lives,
                counts,
                failure.reason(),
                failure.getMessage());
    }

    /** What goes on for days is told at its beginning. */
    private static Level told(Claimed media) {
        return media.refusals() < WORTH_TELLING ? Level.INFO : Level.DEBUG;
    }

    private boolean isReadable(Claimed media) {
        return providers.find(media.id().provider()).map(p -> p.readable()).orElse(false);
    }

    /** A URL that does not say when it dies lives as long as the provider keeps results. */
    private boolean lives(Claimed media) {
        return !media.url().isEmpty() && clock.instant().isBefore(media.expiresAt());
    }

    /** @param hostDown whether the whole host is to blame; that does not count as long as the URL lives */
    private void retry(Claimed media, RetryableFailure failure, boolean hostDown) {
        boolean own = isStorage(failure);
        boolean lives = lives(media);
        Duration pause = own ? storagePause(failure) : sourcePause(media, failure);
        boolean cut = lives && beforeEnd(media, pause).compareTo(pause) < 0;
        boolean refreshes = !own && !lives && isReadable(media) && media.stale() < MOST_STALE;
        boolean throttled = failure.reason().equals("throttled");
        boolean counts = !own && !cut && !(hostDown && lives) && !(throttled && refreshes);
        if (counts && media.attempts() >= mostAttempts || !own && media.refusals() >= MOST_REFUSALS) {
            giveUp(media, failure.reason(), failure.getMessage());
            return;
        }
        if (refreshes) {
            refresh(media, failure, counts);
            return;
        }
        pause = beforeEnd(media, pause);
        LOG.atLevel(media.attempts() < WORTH_TELLING ? Level.DEBUG : Level.INFO)
                .log(
                        "Copy of {} is tried again in {} s: {}: {}",
                        media.id(),
                        pause.toSeconds(),
                        failure.reason(),
                        failure.getMessage());
        ledger.retry(media, pause, counts, failure.reason(), failure.getMessage());
    }

    /**
     * A pause that would outlast the URL is half of what is left of its life. The last one leads just past its end, where
     * a failure asks for a fresh one.
     */
    private Duration beforeEnd(Claimed media, Duration pause) {
        Duration life = Duration.between(clock.instant(), media.expiresAt());
        if (media.url().isEmpty() || life.isNegative() || pause.compareTo(life) < 0) {
            return pause;
        }
        Duration half = life.dividedBy(2);
        return half.compareTo(LAST_PAUSE) >= 0 ? half : life.plus(JUST_PAST);
    }

    private static Duration patience(int refusals) {
        double millis = FIRST_PAUSE.toMillis() * Math.pow(PATIENCE, Math.min(refusals, 100));
        return Duration.ofMillis((long) Math.min(LONGEST_PATIENCE.toMillis(), millis));
    }

    private static Duration sourcePause(Claimed media, RetryableFailure failure) {
        return failure.retryAfter().orElseGet(() -> Backoff.after(media.attempts(), FIRST_PAUSE, LONGEST_PAUSE));
    }

    /** Attempts do not count, so the pause cannot grow with them: it is long enough not to fetch much in vain. */
    private static Duration storagePause(RetryableFailure failure) {
        return failure.retryAfter()
                .filter(pause -> pause.compareTo(LONGEST_STORAGE_PAUSE) < 0)
                .orElseGet(() -> Backoff.after(8, FIRST_PAUSE, LONGEST_STORAGE_PAUSE));
    }

    /**
     * A host that no setting names is the operator's to decide about, if we read it in an answer to our own credentials: who
     * sends a callback could name any. The media waits while its URL lives; near its end, it asks for a fresh one.
     */
    private void foreign(Claimed media, ForeignHostFailure failure) {
        String provider = media.id().provider();
        String host = failure.host();
        Duration life = Duration.between(clock.instant(), media.expiresAt());
        Duration tenth = life.dividedBy(10);
        Duration pause = life.minus(tenth.compareTo(LONGEST_PAUSE) < 0 ? tenth : LONGEST_PAUSE);
        if (media.ownRead() && pause.compareTo(LAST_PAUSE) >= 0) {
            tellForeign(media, host);
            if (ledger.awaitHost(media, pause, host, failure.getMessage())
                    && hosts.accepted(provider).contains(host)) {
                hosts.wake(provider, host);
            }
            counters.guarded(failure.reason());
        } else if (media.ownRead() && isReadable(media) && media.stale() < MOST_STALE) {
            ledger.refresh(media, Duration.ZERO, LONGEST_REFRESH, false, false, failure.reason(), failure.getMessage());
        } else {
            giveUp(media, failure.reason(), failure.getMessage(), host);
        }
    }

    private void tellForeign(Claimed media, String host) {
        String provider = media.id().provider();
        if (told.size() < MANY && told.add(provider + " " + host)) {
            LOG.warn(
                    "Media of {} come from {}, which mediakeep.{}.media-hosts does not name; {} waits until {}, and"
                            + " others with it. If it is the provider's, accept it: POST /api/hosts/{} {\"host\":\"{}\"}",
                    provider,
                    host,
                    provider,
                    media.id(),
                    media.expiresAt(),
                    provider,
                    host);
        }
    }

    private void giveUp(Claimed media, String reason, String detail) {
        giveUp(media, reason, detail, null);
    }

    private void giveUp(Claimed media, String reason, String detail, String host) {
        if (!ledger.dead(media, reason, detail, host)) {
            return;
        }
        LOG.warn("Copy of {} is a dead letter: {}: {}", media.id(), reason, detail);
        counters.dead(media.id().provider(), reason);
        if (reason.startsWith("url_") && !reason.equals("url_expired")) {
            counters.guarded(reason);
        }
    }
}
