-- Its task has ended, and the last word names another address than the one that was copied or is being copied: it is copied
-- again. The object that is there stays until the new one replaces it; whoever copies the old address has lost the lease.
UPDATE media
SET    state = 'due', ready = 1, due_at = :now, lease_until = NULL, fence = media.fence + 1, attempts = 0, refreshes = 0,
       waits_for_read = 0, refusals = 0, stale = 0, refused_host = NULL, began_at = NULL, own_read = :own, early = 0, replaces = COALESCE(media.replaces, media.object_key, ''),
       url = r.url, host = r.host, expires_at = r.expires_at, address = r.address, reason = NULL, detail = NULL
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id,
        value ->> 'media_key' AS media_key, value ->> 'url' AS url, value ->> 'host' AS host,
        value ->> 'expires_at' AS expires_at, value ->> 'address' AS address
        FROM json_each(:rows)) AS r
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key
AND    media.early = 1 AND media.state IN ('stored', 'copying') AND media.address <> r.address
RETURNING provider, task_id, media_key
