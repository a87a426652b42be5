package io.mediakeep.copy;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.fetch.Fetcher;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.Runs;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.media.MediaType;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Begins copies of media from their sources to the bucket: streamed through one part buffer, or up to three where there is room,
 * verified, recorded. Thread-safe.
 *
 * <p>A copy is done only when the source sent what it announced, the first bytes are of a media type, the container's own sizes
 * fit, the checksum is known and the object in the bucket has the same size.
 */
public final class Copier {

    private final Fetcher fetcher;
    private final Storage storage;
    private final ObjectKeys keys;
    private final MediaLedger ledger;
    private final UploadLedger uploads;
    private final Clock clock;
    private final MediaHosts hosts;
    private final Map<String, String> accounts;
    private final Map<String, Set<String>> kinds;
    private final CopySettings settings;
    private final Buffers buffers;
    private final Executor work = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "copy-part");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param accounts per provider, what {@code ${account}} in an object key stands for
     * @param kinds    per provider, which of {@link MediaType#kind} are kept
     */
    public Copier(
            Fetcher fetcher,
            Storage storage,
            ObjectKeys keys,
            MediaLedger ledger,
            UploadLedger uploads,
            Clock clock,
            MediaHosts hosts,
            Map<String, String> accounts,
            Map<String, Set<String>> kinds,
            CopySettings settings) {
        this.fetcher = fetcher;
        this.storage = storage;
        this.keys = keys;
        this.ledger = ledger;
        this.uploads = uploads;
        this.clock = clock;
        this.hosts = hosts;
        this.accounts = Map.copyOf(accounts);
        this.kinds = Map.copyOf(kinds);
        this.settings = settings;
        this.buffers = new Buffers(
                settings.partSize(),
                settings.concurrency(),
                Runtime.getRuntime().maxMemory() / 3);
    }

    /** Ends all downloads at once, for good; their media are taken up by whoever claims them next. */
    public void breakOff() {
        fetcher.close();
    }

    /**
     * Begins a copy: connects, and looks at the first bytes. Whoever gets it closes it.
     *
     * @throws Failure            what to do about it is its class; nothing stays open then
     * @throws LeaseLostException if another node has taken the media over
     */
    Copy open(Claimed media) {
        if (hosts.isOff(media.id().provider())) {
            throw new FinalFailure("provider_off", media.id().provider() + " is switched off");
        }
        if (media.crashes() >= Runs.POISON) {
            throw new FinalFailure(
                    "poison",
                    "the process ended " + media.crashes() + " times while this was copied, the last ones alone");
        }
        if (media.url().isEmpty()) {
            throw new RefreshableFailure("url_expired", "the ledger was rebuilt and knows no URL of it");
        }
        Copy copy = new Copy(
                media,
                new Upload(parts(media), media, settings.checksum(), kinds(media), buffers),
                fetcher,
                hosts,
                storage,
                ledger);
        try {
            copy.open();
            return copy;
        } catch (RuntimeException e) {
            try (copy) {
                copy.fail(e);
            }
            throw e;
        }
    }

    private Parts parts(Claimed media) {
        return new Parts(
                storage,
                uploads,
                media,
                type -> key(media, type),
                work,
                clock.instant().minus(settings.uploadLife()));
    }

    /** Text has no sign of its own, so it is believed only where the provider said that it is to come. */
    private Set<String> kinds(Claimed media) {
        Set<String> allowed = kinds.getOrDefault(media.id().provider(), MediaType.MEDIA_KINDS);
        return media.kind().equals(MediaType.TEXT)
                ? allowed
                : allowed.stream().filter(kind -> !kind.equals(MediaType.TEXT)).collect(Collectors.toSet());
    }

    private String key(Claimed media, MediaType type) {
        return keys.object(new ObjectKeys.Names(
                media.id().provider(),
                media.id().taskId(),
                media.id().mediaKey(),
                type.extension(),
                accounts.getOrDefault(media.id().provider(), ""),
                LocalDate.ofInstant(media.createdAt(), ZoneOffset.UTC),
                media.kind()));
    }
}
