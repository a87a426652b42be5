package io.mediakeep.ledger;

import static io.mediakeep.digest.Checksum.Algorithm.CRC32C;
import static io.mediakeep.digest.Checksum.Algorithm.SHA256;

import io.mediakeep.database.Row;
import io.mediakeep.database.Rows;

/** The nouns of the ledger as values of a statement. */
final class LedgerRows {
    private LedgerRows() {}

    static Row media(MediaId id) {
        return Row.task(id.provider(), id.taskId()).with("media_key", id.mediaKey());
    }

    /** Adds what is known of a stored object. */
    static Row object(Row row, MediaLedger.Stored object) {
        return row.with("object_key", object.objectKey())
                .with("size", object.size())
                .text("sha256", object.checksum().value(SHA256))
                .text("crc32c", object.checksum().value(CRC32C))
                .text("content_type", object.contentType())
                .text("source_host", object.sourceHost());
    }

    /** Begins the next row with the name of a task. */
    static Rows task(Rows rows, TaskKey key) {
        return rows.add().text("provider", key.provider()).text("task_id", key.taskId());
    }
}
