package io.mediakeep.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Trouble;
import io.mediakeep.ledger.ManifestLedger;
import io.mediakeep.ledger.ManifestLedger.Due;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.StorageBreaker;
import io.mediakeep.storage.StorageError;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/** The manifest {@code task.json} beside the media of a task, which makes the bucket describe itself. Thread-safe. */
public final class Manifests {
    private static final Logger LOG = LoggerFactory.getLogger(Manifests.class);
    private static final String FAILING = "Manifests cannot be written";
    private static final int MOST = 50;
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final ManifestLedger ledger;
    private final ObjectKeys keys;
    private final StorageBreaker storage;
    private final ObjectMapper json = new ObjectMapper();
    private final Trouble trouble = new Trouble(LOG, Clock.systemUTC());

    public Manifests(ManifestLedger ledger, ObjectKeys keys, StorageBreaker storage) {
        this.ledger = ledger;
        this.keys = keys;
        this.storage = storage;
    }

    /** Manifests that are behind, claimed for this node: none while the storage takes nothing. */
    public List<Due> claim() {
        int granted = storage.grant(MOST);
        List<Due> due = granted == 0 ? List.of() : ledger.claim(granted);
        if (due.isEmpty() && granted > 0) {
            storage.neither();
        }
        return due;
    }

    /** Made of characters that no expression language reads anything into. */
    public String key(Due due) {
        return keys.manifest(due.provider(), due.taskId());
    }

    /**
     * The manifest as JSON.
     *
     * @throws io.mediakeep.failure.RetryableFailure if the storage takes nothing
     */
    public byte[] content(Due due) throws JsonProcessingException {
        storage.check();
        return json.writerWithDefaultPrettyPrinter().writeValueAsBytes(ledger.content(due));
    }

    public void written(Due due) {
        storage.succeeded();
        trouble.well(FAILING);
        ledger.written(due);
    }

    /** The storage did not take it; it is written again later. */
    public void failed(Due due, Throwable cause) {
        if (cause instanceof LedgerUnavailableException) {
            storage.neither();
            return;
        }
        if (cause instanceof SdkException trouble && StorageError.concernsAll(trouble)) {
            storage.failed(cause);
        } else if (cause instanceof SdkException) {
            storage.refused();
        } else {
            storage.neither();
        }
        trouble.failed(FAILING, "of " + due.provider() + "/" + due.taskId() + ": " + text(cause), PAUSE);
        ledger.postpone(due, PAUSE);
    }

    private static String text(Throwable cause) {
        return cause instanceof SdkException trouble ? StorageError.text(trouble) : Causes.text(cause);
    }
}
