package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import io.mediakeep.digest.Checksum;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The media to be copied. A claim carries a fence number; every later step names it, so that a node that lost its lease
 * changes nothing. Thread-safe.
 */
public final class MediaLedger {
    private final Ledger ledger;
    private final OutboxLedger outbox;
    private final DeadLetterLedger deadLetters;
    private final Duration lease;
    private final MediaQueue queue;

    /** @param lease how long a claim lasts without being renewed */
    public MediaLedger(Ledger ledger, OutboxLedger outbox, DeadLetterLedger deadLetters, Duration lease) {
        this.ledger = ledger;
        this.outbox = outbox;
        this.deadLetters = deadLetters;
        this.lease = lease;
        this.queue = new MediaQueue(ledger, lease);
    }

    /**
     * A media that this node has claimed.
     *
     * @param uploadId  multipart upload that an earlier attempt left open, else null
     * @param objectKey key of that upload, else null
     * @param refusals  answers of its source that held no file; they are no attempts
     * @param stale     reads in a row that brought no URL that lives
     * @param ownRead   whether an answer that we read ourselves named the URL
     * @param crashes   ends of a node without a word that had this one in work; of a suspect, when it was the only one
     * @param replaces  key of our own object that the copy replaces, empty where it is not known; null if it replaces none
     */
    public record Claimed(
            MediaId id,
            String kind,
            String url,
            Instant expiresAt,
            int attempts,
            int refreshes,
            int refusals,
            int stale,
            long fence,
            String uploadId,
            String objectKey,
            Instant createdAt,
            boolean ownRead,
            int crashes,
            String replaces) {}

    /**
     * How a copy ended in the ledger.
     *
     * @param held    false if the lease was lost: the other node will finish it
     * @param useless key of an object that nobody needs any more and that is noted to be removed, null for none
     */
    public record End(boolean held, String useless) {}

    /**
     * A host that has ready media. The times are the nearest expiry of a kind of media in milliseconds since the epoch, null
     * where there is none.
     *
     * @param first     of media that are tried for the first time, or with a fresh URL
     * @param again     of media that are tried again
     * @param firstPast like {@code first}, of URLs that are past their time
     * @param againPast like {@code again}, of URLs that are past their time
     */
    public record Lane(String host, Long first, Long again, Long firstPast, Long againPast) {
        /** The nearest expiry of a URL that is alive; {@code Long.MAX_VALUE} if there is none. */
        public long nearest() {
            return Math.min(first == null ? Long.MAX_VALUE : first, again == null ? Long.MAX_VALUE : again);
        }
    }

    /**
     * What may be claimed of a host.
     *
     * @param places  copies
     * @param again   how many of them may be of media that are tried again
     * @param borrows whether there may be more copies if no other host wants the places
     */
    public record Quota(int places, int again, boolean borrows) {}

    /** A verified object in the bucket. */
    public record Stored(String objectKey, long size, Checksum checksum, String contentType, String sourceHost) {}

    /**
     * The hosts that have ready media, after those that waited for their time were made ready. None while the disk is nearly
     * full.
     */
    public List<Lane> lanes() {
        return ledger.hasRoom() ? queue.lanes() : List.of();
    }

    /**
     * Claims ready media of the lanes, nearest expiry first; those whose URL is past its time come last.
     *
     * @param lanes    what {@link #lanes} gave
     * @param rooms    how many may be claimed of each host; a host that is missing is left alone
     * @param limit    most in all
     * @param borrowed how many of them may lie beyond the places of a host, when no other host wants them
     */
    public List<Claimed> claim(List<Lane> lanes, Map<String, Quota> rooms, int limit, int borrowed) {
        return queue.claim(lanes, rooms, limit, borrowed);
    }

    /** Claims ready media of every host alike. */
    public List<Claimed> claim(int limit) {
        List<Lane> lanes = lanes();
        Map<String, Quota> rooms = new HashMap<>();
        lanes.forEach(lane -> rooms.put(lane.host(), new Quota(limit, limit, false)));
        return claim(lanes, rooms, limit, 0);
    }

    /**
     * Whether a media is due that two processes were copying when they ended without a word. {@link #claim} leaves it out: it
     * is copied when no other suspect is.
     */
    public boolean isSuspectDue() {
        Row row = Row.of("now", ledger.now());
        return ledger.read(h -> ledger.query(h, "media-suspects-due", row.values())
                .map((rs, context) -> 1)
                .findFirst()
                .isPresent());
    }

    /** Claims one such media, unless a callback is under the same suspicion. */
    public Optional<Claimed> claimSuspect() {
        if (!ledger.hasRoom()) {
            return Optional.empty();
        }
        Row row = Row.of("now", ledger.now())
                .with("lease_until", ledger.in(lease))
                .with("node", ledger.node());
        return ledger.write(h -> ledger.query(h, "media-claim-suspect", row.values())
                .map(MediaLedger::read)
                .findFirst());
    }

    /** Work on a suspect begins, so that an end of this process speaks against it. Returns false if the lease was lost. */
    public boolean began(Claimed media) {
        Row row = claimed(media).with("now", ledger.now());
        return ledger.write(h -> ledger.change(h, "media-began", row.values()) == 1);
    }

    static Claimed read(ResultSet rs, int index) throws SQLException {
        return new Claimed(
                MediaId.of(rs),
                rs.getString("kind"),
                rs.getString("url"),
                Row.instant(rs, "expires_at"),
                rs.getInt("attempts"),
                rs.getInt("refreshes"),
                rs.getInt("refusals"),
                rs.getInt("stale"),
                rs.getLong("fence"),
                rs.getString("upload_id"),
                rs.getString("object_key"),
                Row.instant(rs, "added_at"),
                rs.getInt("own_read") == 1,
                rs.getInt("crashes"),
                rs.getString("replaces"));
    }

    /** Takes back media whose lease has ended: their node ended without a word. Returns how many. */
    public int takeOver() {
        return ledger.write(h ->
                ledger.change(h, "media-takeover", Row.of("now", ledger.now()).values()));
    }

    /** Keeps the leases of running copies. */
    public void renew(Collection<Claimed> running) {
        if (running.isEmpty()) {
            return;
        }
        List<Row> rows = running.stream()
                .map(media -> claimed(media).with("lease_until", ledger.in(lease)))
                .toList();
        ledger.write(h -> {
            rows.forEach(row -> ledger.change(h, "media-lease-renew", row.values()));
            return null;
        });
    }

    /** Gives all leases of this node back, so that others need not wait for their end. */
    public int giveBack() {
        Row row = Row.of("now", ledger.now()).with("node", ledger.node());
        return ledger.write(h -> ledger.change(h, "media-give-back", row.values()));
    }

    /** Ends a copy well. Returns false if the lease was lost: the other node will finish it. */
    public boolean stored(Claimed media, Stored object) {
        return end(media, object).held();
    }

    /**
     * Ends a copy well: as an object of its own, or, where another answer gave the same bytes another key, as an alias of that
     * one, and its object is of no use.
     */
    public End end(Claimed media, Stored object) {
        Row row = LedgerRows.object(claimed(media).with("now", ledger.now()), object);
        return ledger.write(h -> {
            if (!revise(h, media)) {
                return new End(false, null);
            }
            Optional<Twin> twin = twin(h, media, object);
            if (twin.isPresent()) {
                return merge(h, media, twin.get(), object);
            }
            if (ledger.change(h, "media-stored", row.values()) == 0) {
                return new End(false, null);
            }
            ledger.change(h, "media-parts-forget", LedgerRows.media(media.id()).values());
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("mediaKey", media.id().mediaKey());
            data.put("kind", media.kind());
            data.put("objectKey", object.objectKey());
            data.put("size", object.size());
            data.put(object.checksum().algorithm().label(), object.checksum().value());
            data.put("contentType", object.contentType());
            announce(h, media.id(), "media.stored", data);
            String replaced = media.replaces();
            boolean useless = replaced != null && !replaced.isEmpty() && !replaced.equals(object.objectKey());
            return new End(true, useless ? discard(h, media, replaced) : null);
        });
    }

    /** The storage has removed an object that was of no use. */
    public void removed(String objectKey) {
        CareLedger.removed(ledger, objectKey);
    }

    /** A stored media with the same bytes, and where they are. */
    private record Twin(String mediaKey, String objectKey) {}

    private Optional<Twin> twin(Handle h, Claimed media, Stored object) {
        Row row = LedgerRows.media(media.id())
                .with("size", object.size())
                .with("checksum", object.checksum().value());
        return ledger.query(h, "media-twin", row.values())
                .map((rs, context) -> new Twin(rs.getString("media_key"), rs.getString("object_key")))
                .findFirst();
    }

    private End merge(Handle h, Claimed media, Twin twin, Stored object) {
        MediaId id = media.id();
        if (ledger.change(h, "media-merge", claimed(media).values()) == 0) {
            return new End(false, null);
        }
        Row alias = Row.task(id.provider(), id.taskId());
        ledger.change(
                h,
                "media-alias-move",
                alias.copy()
                        .with("media_key", id.mediaKey())
                        .with("owner", twin.mediaKey())
                        .values());
        ledger.change(
                h,
                "media-alias-add",
                alias.copy()
                        .with("alias_key", id.mediaKey())
                        .with("media_key", twin.mediaKey())
                        .values());
        ledger.change(h, "media-parts-forget", LedgerRows.media(id).values());
        Tally tally = new Tally();
        tally.media(id.provider(), -1);
        tally.write(h, ledger);
        // A route may name several outputs alike.
        boolean useless = !object.objectKey().equals(twin.objectKey());
        return new End(true, useless ? discard(h, media, object.objectKey()) : null);
    }

    private String discard(Handle h, Claimed media, String objectKey) {
        Row row = Row.task(media.id().provider(), media.id().taskId())
                .with("object_key", objectKey)
                .with("now", ledger.now());
        ledger.change(h, "object-discard", row.values());
        return objectKey;
    }

    /**
     * The copy failed and is due again after the pause. Returns false if the lease was lost.
     *
     * @param counts whether the attempt counts; our own trouble does not
     */
    public boolean retry(Claimed media, Duration pause, boolean counts, String reason, String detail) {
        Row row = later(media, pause, counts, reason, detail)
                .with("refusals", media.refusals())
                .with("waits_for_read", 0);
        return ledger.write(h -> ledger.change(h, "media-retry", row.values()) == 1);
    }

    /**
     * The source has no file, perhaps not yet: it is asked again after the pause, or when its URL changes. That is no attempt.
     * Returns false if the lease was lost.
     */
    public boolean await(Claimed media, Duration pause, String reason, String detail) {
        Row row = later(media, pause, false, reason, detail)
                .with("refusals", media.refusals() + 1)
                .with("waits_for_read", 1);
        return ledger.write(h -> ledger.change(h, "media-retry", row.values()) == 1);
    }

    /**
     * A fresh URL may help: the task is read, and the media waits for that read. Returns false if the lease was lost.
     *
     * @param readIn pause before the read
     * @param most   longest wait for the read after that
     * @param lives  whether the URL may still come to something: then a read that brings no other says nothing
     * @param counts whether the attempt counts
     */
    public boolean refresh(
            Claimed media,
            Duration readIn,
            Duration most,
            boolean lives,
            boolean counts,
            String reason,
            String detail) {
        Row row = later(media, readIn.plus(most), counts, reason, detail)
                .with("refreshes", media.refreshes() + 1)
                .with("refusals", media.refusals() + 1)
                .with("stale", lives ? 0 : media.stale())
                .with("waits_for_read", 1);
        return ledger.write(h -> {
            if (!revise(h, media) || ledger.change(h, "media-retry", row.values()) == 0) {
                return false;
            }
            TaskReads.ask(
                    ledger,
                    h,
                    media.id().provider(),
                    media.id().taskId(),
                    "refresh",
                    ledger.in(readIn),
                    media.expiresAt());
            return true;
        });
    }

    /**
     * Waits for the operator to accept a host; that is no attempt. Returns false if the lease was lost.
     *
     * @param pause when the URL has to be looked after, whatever the operator says
     */
    public boolean awaitHost(Claimed media, Duration pause, String host, String detail) {
        Row row = later(media, pause, false, "url_host", detail)
                .with("refusals", media.refusals())
                .with("stale", 0)
                .with("waits_for_read", 0)
                .text("refused_host", host);
        return ledger.write(h -> {
            if (!revise(h, media)
                    || !UploadLedger.discard(ledger, h, media)
                    || ledger.change(h, "media-retry", row.values()) == 0) {
                return false;
            }
            return true;
        });
    }

    private Row later(Claimed media, Duration pause, boolean counts, String reason, String detail) {
        return claimed(media)
                .with("due_at", ledger.in(pause))
                .with("attempts", counts ? media.attempts() : media.attempts() - 1)
                .with("refreshes", media.refreshes())
                .with("stale", media.stale())
                .with("reason", reason)
                .text("detail", detail)
                .text("refused_host", null);
    }

    /** The copy is given up: a dead letter with its reason. Returns false if the lease was lost. */
    public boolean dead(Claimed media, String reason, String detail) {
        return dead(media, reason, detail, null);
    }

    /** @param host that is to be accepted before the media is replayed; null if none is */
    public boolean dead(Claimed media, String reason, String detail, String host) {
        Row row = claimed(media).with("reason", reason).text("detail", detail).text("refused_host", host);
        return ledger.write(h -> {
            if (!revise(h, media)
                    || !UploadLedger.discard(ledger, h, media)
                    || ledger.change(h, "media-dead", row.values()) == 0) {
                return false;
            }
            deadLetters.add(h, DeadLetter.media(media.id()).because(reason, detail));
            return true;
        });
    }

    private void announce(Handle h, MediaId id, String type, Map<String, Object> data) {
        outbox.add(h, "announce", type, id.provider(), id.taskId(), id.mediaKey(), data);
    }

    /** Puts the manifest behind. Returns false if the lease was lost. */
    private boolean revise(Handle h, Claimed media) {
        return ledger.change(h, "task-revise-claimed", claimed(media).values()) == 1;
    }

    private static Row claimed(Claimed media) {
        return LedgerRows.media(media.id()).with("fence", media.fence());
    }
}
