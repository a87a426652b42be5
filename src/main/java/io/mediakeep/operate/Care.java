package io.mediakeep.operate;

import io.mediakeep.failure.Failure;
import io.mediakeep.ledger.CareLedger;
import io.mediakeep.ledger.CareLedger.Discarded;
import io.mediakeep.ledger.MediaId;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.OpenUpload;
import io.mediakeep.storage.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tidies up now and then: old callbacks, and multipart uploads that nobody works on. Thread-safe. */
public final class Care {
    private static final Logger LOG = LoggerFactory.getLogger(Care.class);
    private static final int MOST_UPLOADS = 100;
    private static final int MOST_FAILURES = 3;

    private final CareLedger ledger;
    private final Storage storage;
    private final ObjectKeys keys;
    private final List<String> providers;
    private final Duration callbackRetention;
    private final Duration uploadLife;

    /**
     * @param keys              how our objects are named
     * @param callbackRetention how long a callback is kept, to know its repeats
     * @param uploadLife        how long a copy may go on with an upload
     */
    public Care(
            CareLedger ledger,
            Storage storage,
            ObjectKeys keys,
            Providers providers,
            Duration callbackRetention,
            Duration uploadLife) {
        this.ledger = ledger;
        this.storage = storage;
        this.keys = keys;
        this.providers = providers.all().stream().map(ProviderSettings::name).toList();
        this.callbackRetention = callbackRetention;
        this.uploadLife = uploadLife;
    }

    public void forgetCallbacks() {
        int forgotten = ledger.forgetCallbacks(callbackRetention);
        if (forgotten > 0) {
            LOG.info("Forgot {} callbacks older than {} days", forgotten, callbackRetention.toDays());
        }
    }

    /** Aborts the uploads that are of no use any more; trouble with the storage leaves them for the next time. */
    public void sweepUploads() {
        ledger.discardUploads(uploadLife, MOST_UPLOADS);
        int failures = 0;
        for (Discarded upload : ledger.discarded(MOST_UPLOADS)) {
            try {
                storage.abort(upload.objectKey(), upload.uploadId());
                ledger.aborted(upload);
            } catch (Failure e) {
                LOG.warn("Upload of {} stays open: {}", upload.objectKey(), e.getMessage());
                ledger.stays(upload);
                if (++failures == MOST_FAILURES) {
                    return;
                }
            }
        }
    }

    /** Removes objects that are of no use any more; trouble with the storage leaves them for the next time. */
    public void sweepObjects() {
        int failures = 0;
        for (CareLedger.Useless object : ledger.uselessObjects(MOST_UPLOADS)) {
            try {
                if (!object.inUse()) {
                    storage.remove(object.objectKey());
                }
                ledger.removed(object.objectKey());
            } catch (Failure e) {
                LOG.warn("Object {} is of no use and stays: {}", object.objectKey(), e.getMessage());
                ledger.stays(object.objectKey());
                if (++failures == MOST_FAILURES) {
                    return;
                }
            }
        }
    }

    /**
     * Aborts uploads that were begun and came into no ledger, because the process ended in between, or the ledger was lost. An
     * upload is ours if its key is the one that we make for a media of the ledger, and its age is twice what any copy may work
     * on it; all others are left alone.
     */
    public void sweepOrphans() {
        Instant before = ledger.before(uploadLife.multipliedBy(2));
        Set<String> prefixes = providers.stream().map(keys::prefix).collect(Collectors.toCollection(TreeSet::new));
        try {
            for (String prefix : prefixes) {
                storage.listMultipartUploads(prefix).stream()
                        .filter(u -> u.initiated() != null && u.initiated().isBefore(before) && isOrphan(u))
                        .forEach(this::abort);
            }
        } catch (Failure e) {
            LOG.info("The storage was not searched for uploads that nobody works on: {}", e.getMessage());
        }
    }

    private boolean isOrphan(OpenUpload upload) {
        return keys.read(upload.key())
                .filter(names -> providers.contains(names.provider()))
                .map(names -> new MediaId(names.provider(), names.taskId(), names.mediaKey()))
                .filter(media -> ledger.isOrphan(media, upload.uploadId()))
                .isPresent();
    }

    private void abort(OpenUpload upload) {
        storage.abort(upload.key(), upload.uploadId());
        LOG.info("Aborted an upload of {} that the ledger does not know", upload.key());
    }
}
