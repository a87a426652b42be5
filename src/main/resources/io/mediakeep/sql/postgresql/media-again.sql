-- Its task has ended, and the last word names another address than the one that was copied or is being copied: it is copied
-- again. The object that is there stays until the new one replaces it; whoever copies the old address has lost the lease.
UPDATE media
SET    state = 'due', ready = 1, due_at = :now, lease_until = NULL, fence = media.fence + 1, attempts = 0, refreshes = 0,
       waits_for_read = 0, refusals = 0, stale = 0, refused_host = NULL, began_at = NULL, own_read = :own, early = 0, replaces = COALESCE(media.replaces, media.object_key, ''),
       url = r.url, host = r.host, expires_at = r.expires_at, address = r.address, reason = NULL, detail = NULL
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, media_key text, url text, host text, expires_at bigint, address text)
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key
AND    media.early = 1 AND media.state IN ('stored', 'copying') AND media.address <> r.address
RETURNING media.provider, media.task_id, media.media_key
