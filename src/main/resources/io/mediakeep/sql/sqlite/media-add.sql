-- Outputs of tasks. Returns those that were not known.
INSERT INTO media (provider, task_id, media_key, kind, url, host, expires_at, duration_seconds, width, height, fps,
                   address, place, beside, early, due_at, added_at, own_read)
SELECT r.provider, r.task_id, r.media_key, r.kind, r.url, r.host, r.expires_at, r.duration_seconds, r.width, r.height, r.fps,
       r.address, r.place, r.beside, r.early, :now, :now, :own
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id, value ->> 'media_key' AS media_key,
        value ->> 'kind' AS kind, value ->> 'url' AS url,
        value ->> 'host' AS host, value ->> 'expires_at' AS expires_at,
        value ->> 'duration_seconds' AS duration_seconds, value ->> 'width' AS width, value ->> 'height' AS height,
        value ->> 'fps' AS fps, value ->> 'address' AS address, value ->> 'place' AS place,
        value ->> 'beside' AS beside, value ->> 'early' AS early
        FROM json_each(:rows)) AS r
WHERE  true
ORDER BY r.provider, r.task_id, r.media_key
ON CONFLICT (provider, task_id, media_key) DO NOTHING
RETURNING provider, task_id, media_key
