package io.mediakeep.ledger;

import java.time.Duration;
import java.util.List;

/** What the ledger no longer needs, and what it left open in the storage. Thread-safe. */
public final class CareLedger {
    private static final int GROUP = 500;

    private final Ledger ledger;

    public CareLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A multipart upload that nobody works on. */
    public record OpenUpload(MediaId media, String objectKey, String uploadId) {}

    /**
     * Forgets callbacks that came to a good end; from then on a repeat of one is a new callback.
     *
     * @param age how long they are kept
     * @return how many were forgotten
     */
    public int forgetCallbacks(Duration age) {
        Row row = Row.of("before", ledger.in(age.negated())).with("limit", GROUP);
        int sum = 0;
        int forgotten;
        do {
            forgotten = ledger.write(h -> ledger.change(h, "callback-sweep", row.values()));
            sum += forgotten;
        } while (forgotten == GROUP);
        return sum;
    }

    public List<OpenUpload> openUploads(int limit) {
        Row row = Row.of("limit", limit);
        return ledger.read(h -> ledger.query(h, "media-open-uploads", row.values())
                .map((rs, context) -> new OpenUpload(
                        new MediaId(rs.getString("provider"), rs.getString("task_id"), rs.getString("media_key")),
                        rs.getString("object_key"),
                        rs.getString("upload_id")))
                .list());
    }

    /** The upload is gone. */
    public void closed(OpenUpload upload) {
        Row row = Row.media(upload.media()).with("upload_id", upload.uploadId());
        ledger.write(h -> ledger.change(h, "media-upload-closed", row.values()));
    }
}
