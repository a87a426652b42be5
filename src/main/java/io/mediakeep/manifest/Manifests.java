package io.mediakeep.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.ledger.LedgerUnavailableException;
import io.mediakeep.ledger.ManifestLedger;
import io.mediakeep.ledger.ManifestLedger.Due;
import io.mediakeep.poll.Causes;
import io.mediakeep.storage.ObjectKeys;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The manifest {@code task.json} beside the media of a task, which makes the bucket describe itself. Thread-safe. */
public final class Manifests {
    private static final Logger LOG = LoggerFactory.getLogger(Manifests.class);
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final ManifestLedger ledger;
    private final ObjectKeys keys;
    private final ObjectMapper json = new ObjectMapper();

    public Manifests(ManifestLedger ledger, ObjectKeys keys) {
        this.ledger = ledger;
        this.keys = keys;
    }

    /** Manifests that are behind, claimed for this node. */
    public List<Due> claim() {
        return ledger.claim(50);
    }

    /** Made of characters that no expression language reads anything into. */
    public String key(Due due) {
        return keys.manifest(due.provider(), due.taskId());
    }

    /** The manifest as JSON. */
    public byte[] content(Due due) throws JsonProcessingException {
        return json.writerWithDefaultPrettyPrinter().writeValueAsBytes(ledger.content(due));
    }

    public void written(Due due) {
        ledger.written(due);
    }

    /** The storage did not take it; it is written again later. */
    public void failed(Due due, Throwable cause) {
        if (cause instanceof LedgerUnavailableException) {
            return;
        }
        LOG.warn("Manifest of {}/{} could not be written: {}", due.provider(), due.taskId(), Causes.text(cause));
        ledger.postpone(due, PAUSE);
    }
}
