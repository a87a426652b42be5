package io.mediakeep.copy;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.Fetched;
import io.mediakeep.fetch.Fetcher;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies one media from its source to the bucket: streamed through one part buffer, verified, recorded. Thread-safe.
 *
 * <p>A copy is done only when the source sent what it announced (or, where it announced nothing, what the container's own
 * sizes say), the first bytes are of a media type, the SHA-256 is known and the object in the bucket has the same size.
 */
public final class Copier {
    private static final Logger LOG = LoggerFactory.getLogger(Copier.class);
    private static final int MOST_RESUMES = 8;

    private final Fetcher fetcher;
    private final Storage storage;
    private final ObjectKeys keys;
    private final MediaLedger ledger;
    private final Map<String, HostPatterns> hosts;
    private final Map<String, String> accounts;
    private final Buffers buffers;

    /**
     * @param hosts    per provider, where media may be fetched from
     * @param accounts per provider, what {@code ${account}} in an object key stands for
     * @param partSize bytes of a part, 5 MiB to 16 MiB; what fits into one part is stored with one request
     * @param most     copies at a time
     */
    public Copier(
            Fetcher fetcher,
            Storage storage,
            ObjectKeys keys,
            MediaLedger ledger,
            Map<String, HostPatterns> hosts,
            Map<String, String> accounts,
            int partSize,
            int most) {
        this.fetcher = fetcher;
        this.storage = storage;
        this.keys = keys;
        this.ledger = ledger;
        this.hosts = Map.copyOf(hosts);
        this.accounts = Map.copyOf(accounts);
        this.buffers = new Buffers(partSize, most);
    }

    /**
     * Copies the media and records it as stored.
     *
     * @throws Failure            what to do about it is its class
     * @throws LeaseLostException if another node has taken the media over
     */
    public Stored copy(Claimed media) {
        if (!hosts.containsKey(media.id().provider())) {
            throw new FinalFailure("provider_off", media.id().provider() + " is switched off");
        }
        if (media.url().isEmpty()) {
            throw new RefreshableFailure("url_expired", "the ledger was rebuilt and knows no URL of it");
        }
        abortEarlier(media);
        byte[] buffer = buffers.take();
        Upload upload = new Upload(
                storage, keys, ledger, media, accounts.getOrDefault(media.id().provider(), ""), buffer);
        try {
            String host = download(media, upload);
            Stored stored = upload.finish(host);
            if (!ledger.stored(media, stored)) {
                throw new LeaseLostException(media.id());
            }
            return stored;
        } catch (RuntimeException e) {
            upload.abort();
            throw e;
        } finally {
            buffers.giveBack(buffer);
        }
    }

    /** An upload that an earlier attempt left open is of no use; where the storage does not let us abort it, it stays. */
    private void abortEarlier(Claimed media) {
        if (media.uploadId() == null) {
            return;
        }
        try {
            storage.abort(media.objectKey(), media.uploadId());
        } catch (Failure e) {
            LOG.debug("An earlier upload of {} stays open: {}", media.id(), e.getMessage());
        }
    }

    /** Reads the source to its end, resuming where that is safe; returns the host that sent the last byte. */
    private String download(Claimed media, Upload upload) {
        String etag = null;
        String provider = media.id().provider();
        long lastBreak = -1;
        for (int resumes = 0; ; resumes++) {
            try (Fetched source = fetcher.open(media.url(), hosts.get(provider), Map.of(), upload.position(), etag)) {
                if (source.start() != upload.position()) {
                    upload.restart();
                }
                etag = source.strongEtag().orElse(null);
                upload.expect(source.announcedLength(), source.contentMd5());
                upload.readFrom(source);
                return source.sourceHost();
            } catch (RetryableFailure e) {
                boolean progress = upload.position() > lastBreak;
                if (!e.reason().equals("resp_truncated") || etag == null || !progress || resumes == MOST_RESUMES) {
                    throw e;
                }
                lastBreak = upload.position();
            }
        }
    }
}
