package io.mediakeep.operate;

import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.LedgerQueries;
import io.mediakeep.ledger.LedgerQueries.StoredMedia;
import io.mediakeep.storage.Storage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Gives stored media to a browser, for whoever has the token or a link. An answer is in memory and ends with its request, so a
 * viewer that rests or goes away holds neither a connection to the storage nor a thread: a range is answered by 2 MiB at most, and
 * a player asks for the next. Few are read at a time, and few wait, so that viewers take neither threads from callbacks nor memory
 * from copies. Thread-safe.
 */
public final class ObjectDoor {
    private static final long MOST_OF_A_RANGE = 2 << 20;
    private static final long MOST_OF_A_WHOLE = 16 << 20;
    private static final int READ_AT_A_TIME = 4;
    private static final int INSIDE = 8;
    private static final long PATIENCE_SECONDS = 10;
    /** A picture or a video, looked at by itself, may load itself and nothing else. */
    private static final String POLICY =
            "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

    private final ApiDoor door;
    private final ObjectLinks links;
    private final LedgerQueries queries;
    private final Storage storage;
    private final Semaphore inside = new Semaphore(INSIDE);
    private final Semaphore reading = new Semaphore(READ_AT_A_TIME, true);

    public ObjectDoor(ApiDoor door, ObjectLinks links, LedgerQueries queries, Storage storage) {
        this.door = door;
        this.links = links;
        this.queries = queries;
        this.storage = storage;
    }

    /** {@code GET /api/object}: replaces the request, with all its headers, by the answer. */
    public void answer(Message message) throws ApiException {
        Map<String, String> asked = asked(message);
        String provider = asked.getOrDefault("provider", "");
        String task = asked.getOrDefault("task", "");
        String media = asked.getOrDefault("media", "");
        if (!links.isGood(provider, task, media, asked.get("until"), asked.get("proof"))) {
            door.check(message.getHeaders());
        }
        StoredMedia stored = queries.stored(provider, task, media)
                .orElseThrow(() -> new ApiException(404, "no such media is stored"));
        String tag = '"' + stored.tag() + '"';
        String range = message.getHeader("Range", String.class);
        String condition = message.getHeader("If-Range", String.class);
        boolean known = tag.equals(message.getHeader("If-None-Match", String.class));
        message.removeHeaders("*");
        describe(message, stored, tag, asked.containsKey("download"));
        if (known) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
            message.setBody(null);
            return;
        }
        ByteRange part = condition == null || condition.equals(tag) ? ByteRange.read(range, stored.size()) : null;
        if (part == null && stored.size() > MOST_OF_A_WHOLE) {
            throw new ApiException(
                    400,
                    "the object has " + stored.size() + " bytes: ask for ranges, which are answered by "
                            + MOST_OF_A_RANGE + " bytes at most");
        }
        ByteRange given = part == null ? new ByteRange(0, stored.size() - 1) : part.first(MOST_OF_A_RANGE);
        message.setBody(read(stored, given));
        if (part != null) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 206);
            message.setHeader("Content-Range", "bytes " + given.from() + "-" + given.until() + "/" + stored.size());
        }
    }

    /** A stranger learns nothing of what may be asked. */
    private Map<String, String> asked(Message message) throws ApiException {
        try {
            return Api.query(
                    message.getHeader(Exchange.HTTP_RAW_QUERY, String.class),
                    Set.of("provider", "task", "media", "until", "proof", "download"));
        } catch (ApiException e) {
            door.check(message.getHeaders());
            throw e;
        }
    }

    private byte[] read(StoredMedia stored, ByteRange part) throws ApiException {
        if (!inside.tryAcquire()) {
            throw busy();
        }
        try {
            if (!reading.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw busy();
            }
            try {
                return storage.read(stored.objectKey(), part.from(), part.length())
                        .orElseThrow(() -> new ApiException(404, "the object is not in the bucket any more"));
            } finally {
                reading.release();
            }
        } catch (RetryableFailure e) {
            throw new ApiException(503, "the storage gives nothing: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        } finally {
            inside.release();
        }
    }

    private static ApiException busy() {
        return new ApiException(503, "many look at media at this moment; ask again");
    }

    private static void describe(Message message, StoredMedia stored, String tag, boolean download) {
        String type = stored.contentType() == null ? "application/octet-stream" : stored.contentType();
        message.setHeader(Exchange.CONTENT_TYPE, type.startsWith("text/") ? "text/plain; charset=utf-8" : type);
        message.setHeader("ETag", tag);
        message.setHeader("Accept-Ranges", "bytes");
        message.setHeader("Content-Security-Policy", POLICY);
        message.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        String name = stored.objectKey()
                .substring(stored.objectKey().lastIndexOf('/') + 1)
                .replaceAll("[^A-Za-z0-9._-]", "_");
        message.setHeader("Content-Disposition", (download ? "attachment" : "inline") + "; filename=\"" + name + '"');
    }
}
