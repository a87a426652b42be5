-- Fresher URLs of media that are not stored; what a read of ours gave (fresh = 1) is always fresher, and so is any that
-- lives where the old one came to nothing. A media that waits for one is due now, unless fresh ones came to nothing many
-- times. Changes, and on PostgreSQL locks, no row whose URL is the same or a newer one.
UPDATE media
SET    url = r.url, host = r.host, expires_at = r.expires_at, address = r.address, own_read = :own,
       refused_host = CASE WHEN media.host <> r.host THEN NULL ELSE media.refused_host END,
       stale = CASE WHEN r.expires_at > :now THEN 0 ELSE media.stale END,
       due_at = CASE WHEN media.waits_for_read = 1 AND media.refusals < 10
                       OR media.refused_host IS NOT NULL AND media.host <> r.host THEN :now ELSE media.due_at END
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, media_key text, url text, host text, expires_at bigint, address text)
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key
AND    media.state <> 'stored' AND media.url <> r.url
AND    (:fresh = 1 OR media.expires_at <= r.expires_at
        OR (media.state = 'dead' OR media.refusals > 0) AND r.expires_at > :now)
