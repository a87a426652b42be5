package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.ledger.MediaLedger.Claimed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The open multipart uploads of media and their parts, so that another attempt can go on with them. Every change names the
 * fence of its claim, so that a node that lost its lease neither adds a part nor gives up what the new owner works on.
 * Thread-safe.
 */
public final class UploadLedger {
    private final Ledger ledger;

    public UploadLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * What the source said when the upload was begun.
     *
     * @param etag   strong, quotes included; null if there was none, so that the upload cannot be gone on with
     * @param length bytes of the whole, -1 if it said nothing
     * @param md5    Base64 of the MD5 of the whole, null if it said nothing
     */
    public record Source(String host, String etag, long length, String md5) {}

    /** A part that the storage has taken; {@code crc32c} is of the bytes that were sent. */
    public record Part(int number, long size, String etag, long crc32c) {}

    /** An upload that an earlier attempt left open; {@code parts} by number. */
    public record Open(String uploadId, String objectKey, Source source, Instant begunAt, List<Part> parts) {}

    /** Remembers an upload before its first part. Returns false if the lease was lost. */
    public boolean begin(Claimed media, String objectKey, String uploadId, Source source) {
        Row row = claimed(media)
                .with("object_key", objectKey)
                .with("upload_id", uploadId)
                .text("etag", source.etag())
                .number("length", source.length() < 0 ? null : source.length())
                .text("md5", source.md5())
                .text("source_host", source.host())
                .with("now", ledger.now());
        return ledger.write(h -> ledger.change(h, "media-upload", row.values()) == 1);
    }

    /** Remembers a part. Returns false if the lease was lost, or the upload was discarded. */
    public boolean add(Claimed media, String uploadId, Part part) {
        Row row = claimed(media)
                .with("upload_id", uploadId)
                .with("number", part.number())
                .with("size", part.size())
                .with("etag", part.etag())
                .with("crc32c", part.crc32c());
        return ledger.write(h -> ledger.change(h, "media-part-note", row.values()) == 1);
    }

    /** The upload that an earlier attempt left open. Empty if there is none, or the lease was lost. */
    public Optional<Open> find(Claimed media) {
        return ledger.read(h -> ledger.query(
                        h, "media-upload-find", claimed(media).values())
                .map((rs, context) -> {
                    Long length = Row.number(rs, "upload_length");
                    return new Open(
                            rs.getString("upload_id"),
                            rs.getString("object_key"),
                            new Source(
                                    rs.getString("source_host"),
                                    rs.getString("upload_etag"),
                                    length == null ? -1 : length,
                                    rs.getString("upload_md5")),
                            Row.instant(rs, "upload_at"),
                            parts(h, media, rs.getString("upload_id")));
                })
                .findFirst());
    }

    /** Whether the claim still holds; if not, nothing in the storage may be touched any more. */
    public boolean holds(Claimed media) {
        return ledger.read(h -> ledger.query(h, "media-held", claimed(media).values())
                .map((rs, context) -> 1)
                .findFirst()
                .isPresent());
    }

    /** Puts the open upload among those to be aborted. Returns false if the lease was lost. */
    public boolean discard(Claimed media) {
        return ledger.write(h -> discard(ledger, h, media));
    }

    /** The storage has aborted it, or does not know it. */
    public void aborted(String objectKey, String uploadId) {
        Row row = Row.of("upload_id", uploadId).with("object_key", objectKey);
        ledger.write(h -> ledger.change(h, "upload-aborted", row.values()));
    }

    /** As part of the caller's transaction. */
    static boolean discard(Ledger ledger, Handle h, Claimed media) {
        Row row = claimed(media).with("now", ledger.now());
        ledger.change(h, "media-upload-discard", row.values());
        if (ledger.change(h, "media-upload-forget", claimed(media).values()) == 0) {
            return false;
        }
        ledger.change(h, "media-parts-forget", LedgerRows.media(media.id()).values());
        return true;
    }

    private List<Part> parts(Handle h, Claimed media, String uploadId) {
        Row row = LedgerRows.media(media.id()).with("upload_id", uploadId);
        return ledger.query(h, "media-parts", row.values())
                .map((rs, context) ->
                        new Part(rs.getInt("number"), rs.getLong("size"), rs.getString("etag"), rs.getLong("crc32c")))
                .list();
    }

    private static Row claimed(Claimed media) {
        return LedgerRows.media(media.id()).with("fence", media.fence());
    }
}
