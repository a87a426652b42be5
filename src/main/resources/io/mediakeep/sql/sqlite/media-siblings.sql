-- The media of some tasks, and where each comes from.
SELECT m.provider, m.task_id, m.media_key, m.kind, m.address
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id
        FROM json_each(:rows)) AS r
JOIN   media m ON m.provider = r.provider AND m.task_id = r.task_id
ORDER BY m.provider, m.task_id, m.added_at, m.media_key
