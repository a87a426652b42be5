package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What the ledger no longer needs, and what it left open in the storage. Thread-safe. */
public final class CareLedger {
    private static final int GROUP = 500;

    private final Ledger ledger;

    public CareLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A multipart upload that is to be aborted. */
    public record Discarded(String objectKey, String uploadId) {}

    private record Idle(MediaId media, Discarded upload) {}

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

    /**
     * Discards the uploads of media that have ended, and those that are too old to go on with; never one that a node works on.
     *
     * @param age how long a copy may go on with its upload
     */
    public void discardUploads(Duration age, int limit) {
        Row row = Row.of("limit", limit).with("before", ledger.in(age.negated()));
        List<Idle> idle = ledger.read(h -> ledger.query(h, "media-open-uploads", row.values())
                .map((rs, context) ->
                        new Idle(MediaId.of(rs), new Discarded(rs.getString("object_key"), rs.getString("upload_id"))))
                .list());
        for (Idle one : idle) {
            Row media =
                    LedgerRows.media(one.media()).with("upload_id", one.upload().uploadId());
            ledger.write(h -> {
                if (ledger.change(h, "media-upload-closed", media.values()) == 1) {
                    ledger.change(
                            h,
                            "upload-discard",
                            upload(one.upload()).with("now", ledger.now()).values());
                    ledger.change(
                            h,
                            "media-parts-forget",
                            LedgerRows.media(one.media()).values());
                }
                return null;
            });
        }
    }

    /** Uploads to be aborted, the longest waiting first. */
    public List<Discarded> discarded(int limit) {
        return ledger.read(
                h -> ledger.query(h, "upload-discarded", Row.of("limit", limit).values())
                        .map((rs, context) -> new Discarded(rs.getString("object_key"), rs.getString("upload_id")))
                        .list());
    }

    /** The upload is gone. */
    public void aborted(Discarded upload) {
        ledger.write(h -> ledger.change(h, "upload-aborted", upload(upload).values()));
    }

    /** The storage could not abort it. */
    public void stays(Discarded upload) {
        ledger.write(h -> ledger.change(
                h, "upload-stays", upload(upload).with("now", ledger.now()).values()));
    }

    /** An object that is to be removed; one that a media has stored again is not. */
    public record Useless(String objectKey, boolean inUse) {}

    /** Objects to be removed, the longest waiting first. */
    public List<Useless> uselessObjects(int limit) {
        return ledger.read(h -> ledger.query(
                        h, "object-discarded", Row.of("limit", limit).values())
                .map((rs, context) -> new Useless(rs.getString("object_key"), rs.getInt("in_use") > 0))
                .list());
    }

    /** The object is gone, or is in use again. */
    public void removed(String objectKey) {
        removed(ledger, objectKey);
    }

    static void removed(Ledger ledger, String objectKey) {
        ledger.write(h -> ledger.change(
                h, "object-removed", Row.of("object_key", objectKey).values()));
    }

    /** The storage could not remove the object. */
    public void stays(String objectKey) {
        Row row = Row.of("object_key", objectKey).with("now", ledger.now());
        ledger.write(h -> ledger.change(h, "object-stays", row.values()));
    }

    /** Whether this is an upload for a media of this ledger that the ledger does not know: nobody will ever complete it. */
    public boolean isOrphan(MediaId media, String uploadId) {
        Row row = LedgerRows.media(media).with("upload_id", uploadId);
        return ledger.read(h -> ledger.query(h, "media-upload-orphan", row.values())
                .map((rs, context) -> 1)
                .findFirst()
                .isPresent());
    }

    /** Time of the ledger's clock, so long ago. */
    public Instant before(Duration age) {
        return Instant.ofEpochMilli(ledger.in(age.negated()));
    }

    private static Row upload(Discarded upload) {
        return Row.of("object_key", upload.objectKey()).with("upload_id", upload.uploadId());
    }
}
