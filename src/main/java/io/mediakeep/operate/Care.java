package io.mediakeep.operate;

import io.mediakeep.failure.Failure;
import io.mediakeep.ledger.CareLedger;
import io.mediakeep.storage.Storage;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tidies up now and then: old callbacks, and multipart uploads that nobody works on. Thread-safe. */
public final class Care {
    private static final Logger LOG = LoggerFactory.getLogger(Care.class);
    private static final int MOST_UPLOADS = 100;
    private static final int MOST_FAILURES = 3;

    private final CareLedger ledger;
    private final Storage storage;
    private final Duration callbackRetention;

    /** @param callbackRetention how long a callback is kept, to know its repeats */
    public Care(CareLedger ledger, Storage storage, Duration callbackRetention) {
        this.ledger = ledger;
        this.storage = storage;
        this.callbackRetention = callbackRetention;
    }

    public void forgetCallbacks() {
        int forgotten = ledger.forgetCallbacks(callbackRetention);
        if (forgotten > 0) {
            LOG.info("Forgot {} callbacks older than {} days", forgotten, callbackRetention.toDays());
        }
    }

    /** Aborts uploads that nobody works on; trouble with the storage leaves them for the next time. */
    public void sweepUploads() {
        int failures = 0;
        for (CareLedger.OpenUpload upload : ledger.openUploads(MOST_UPLOADS)) {
            try {
                storage.abort(upload.objectKey(), upload.uploadId());
                ledger.closed(upload);
            } catch (Failure e) {
                LOG.warn("Upload of {} stays open: {}", upload.media(), e.getMessage());
                if (++failures == MOST_FAILURES) {
                    return;
                }
            }
        }
    }
}
