-- Outputs of tasks. Returns those that were not known.
INSERT INTO media (provider, task_id, media_key, kind, url, host, expires_at, duration_seconds, width, height, fps,
                   address, place, beside, early, due_at, added_at, own_read)
SELECT r.provider, r.task_id, r.media_key, r.kind, r.url, r.host, r.expires_at, r.duration_seconds, r.width, r.height, r.fps,
       r.address, r.place, r.beside, r.early, :now, :now, :own
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, media_key text, kind text, url text, host text, expires_at bigint,
        duration_seconds double precision, width bigint, height bigint, fps double precision, address text, place text,
        beside text, early bigint)
WHERE  true
ORDER BY r.provider, r.task_id, r.media_key
ON CONFLICT (provider, task_id, media_key) DO NOTHING
RETURNING provider, task_id, media_key
