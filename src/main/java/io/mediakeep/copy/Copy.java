package io.mediakeep.copy;

import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.ForeignHostFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.Fetched;
import io.mediakeep.fetch.Fetcher;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One media on its way from its source to the bucket, in four steps: {@link #open}, {@link #store}, {@link #vouch},
 * {@link #record}. Between them a route may look at it, name its object, choose a storage class, or refuse it. Each step is
 * done once. Not thread-safe: steps may be on different threads, but only one after the other.
 */
public final class Copy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Copy.class);
    private static final int MOST_RESUMES = 8;

    private final Claimed media;
    private final Upload upload;
    private final Fetcher fetcher;
    private final MediaHosts hosts;
    private final Storage storage;
    private final MediaLedger ledger;

    private Fetched source;
    private boolean read;
    private String accepted;
    private long lastBreak = -1;
    private int resumes;
    private boolean opened;
    private Stored stored;
    private boolean recorded;

    Copy(Claimed media, Upload upload, Fetcher fetcher, MediaHosts hosts, Storage storage, MediaLedger ledger) {
        this.media = media;
        this.upload = upload;
        this.fetcher = fetcher;
        this.hosts = hosts;
        this.storage = storage;
        this.ledger = ledger;
    }

    Claimed media() {
        return media;
    }

    /** Name of the provider or account. */
    public String getProvider() {
        return media.id().provider();
    }

    public String getTaskId() {
        return media.id().taskId();
    }

    /** Key of this output within its task. */
    public String getMediaKey() {
        return media.id().mediaKey();
    }

    /** What the provider says that it is, such as {@code video}. */
    public String getKind() {
        return media.kind();
    }

    /** Attempts, with this one. */
    public int getAttempts() {
        return media.attempts();
    }

    /** What the first bytes are, such as {@code video/mp4}; null where the copy goes on with an upload of an earlier attempt. */
    public String getContentType() {
        return stored != null ? stored.contentType() : upload.contentType();
    }

    /** Bytes that the source has announced; -1 if it did not. */
    public long getSize() {
        return stored != null ? stored.size() : upload.announced();
    }

    /** Where the object is or will be; null where that is not known yet. */
    public String getKey() {
        return stored != null ? stored.objectKey() : upload.key();
    }

    /**
     * Names the object, before {@link #store}. It must be a name for this output alone: what stands there already is never
     * overwritten. An upload of an earlier attempt under another name is begun anew.
     *
     * @throws FinalFailure {@code refused}, if it can be no key of an object
     */
    public void setKey(String key) {
        if (!ObjectKeys.isUsable(key)) {
            throw new FinalFailure("refused", "a step of the route gives a name that can be no key of an object");
        }
        if (stored == null && !key.equals(upload.key()) && upload.name(key)) {
            disconnect();
        }
    }

    /**
     * @param storageClass as the storage knows it, such as {@code STANDARD_IA}
     * @throws FinalFailure {@code refused}, if it is none
     */
    public void setStorageClass(String storageClass) {
        if (!storageClass.matches("[A-Z][A-Z0-9_]{0,63}")) {
            throw new FinalFailure("refused", "a step of the route asks for a storage class that is none");
        }
        upload.storageClass(storageClass);
    }

    /** First step: connects, and looks at the first bytes, or finds what an earlier attempt left. */
    void open() {
        stored = upload.takeUp().orElse(null);
        opened = true;
        if (stored == null && !upload.isWhole()) {
            read(false);
        }
    }

    /** Second step: every byte goes into the bucket, and what can be said about them is verified before they are an object. */
    void store() {
        if (stored == null) {
            if (!upload.isWhole()) {
                read(true);
            }
            upload.store();
            disconnect();
        }
    }

    /** Third step: the storage says what it has, and the checksum goes beside it. */
    void vouch() {
        if (stored == null) {
            stored = upload.vouch();
        }
    }

    /**
     * Last step: the ledger has it.
     *
     * @throws LeaseLostException if another node has taken the media over
     */
    Stored record() {
        if (stored == null) {
            throw new IllegalStateException("a copy is recorded only after the steps store and vouch");
        }
        MediaLedger.End end = ledger.end(media, stored);
        if (!end.held()) {
            throw new LeaseLostException(media.id());
        }
        recorded = true;
        if (end.useless() != null) {
            remove(end.useless());
        }
        return stored;
    }

    /**
     * A step of the route will not have this output: it becomes a dead letter, and its object is removed if there is one.
     *
     * @param why for an operator
     * @throws FinalFailure          {@code refused}, always
     * @throws IllegalStateException if it is recorded already; then it stays
     */
    public void refuse(String why) {
        if (recorded) {
            throw new IllegalStateException("a copy can be refused only before the step record");
        }
        upload.removeObject();
        stored = null;
        throw new FinalFailure("refused", why);
    }

    /** What the next attempt can go on with is left to it; nothing else stays. */
    void fail(Throwable cause) {
        disconnect();
        if (!opened
                || stored != null
                || cause instanceof LeaseLostException
                || cause instanceof LedgerUnavailableException) {
            return; // Another node may work on the upload by now.
        }
        if (cause instanceof RetryableFailure || cause instanceof RefreshableFailure) {
            upload.leave();
        } else {
            upload.giveUp();
        }
    }

    /** Gives connection and buffers back; what the storage has stays as it is. */
    @Override
    public void close() {
        disconnect();
        upload.close();
    }

    private void disconnect() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    /** The ledger remembers it, so that trouble with it is no trouble of the copy. */
    private void remove(String objectKey) {
        try {
            storage.remove(objectKey);
            ledger.removed(objectKey);
        } catch (Failure | LedgerUnavailableException e) {
            LOG.info("Object {} is of no use and is removed later: {}", objectKey, e.getMessage());
        }
    }

    /**
     * Reads the source, resuming where that is safe.
     *
     * @param all to its end; else as far as is needed to know what it is
     */
    private void read(boolean all) {
        while (!read) {
            try {
                if (source == null && !connect()) {
                    continue;
                }
                read = upload.readFrom(source, all);
                if (!all) {
                    return;
                }
            } catch (ForeignHostFailure e) {
                disconnect();
                if (e.host().equals(accepted) || !hosts.isAccepted(getProvider(), e.host())) {
                    throw e;
                }
                accepted = e.host();
            } catch (RetryableFailure e) {
                disconnect();
                boolean progress = upload.position() > lastBreak;
                if (!e.reason().equals("resp_truncated")
                        || upload.etag() == null
                        || !progress
                        || resumes++ == MOST_RESUMES) {
                    throw e;
                }
                lastBreak = upload.position();
            }
        }
    }

    /** False if the source begins at its first byte again, and has to be asked for that. */
    private boolean connect() {
        source = fetcher.open(
                media.url(),
                hosts.of(getProvider()),
                target -> hosts.headers(getProvider(), target),
                upload.position(),
                upload.etag());
        if (!upload.goesOn(source)) {
            upload.restart();
        }
        if (source.start() == upload.position()) {
            return true;
        }
        disconnect();
        return false;
    }
}
