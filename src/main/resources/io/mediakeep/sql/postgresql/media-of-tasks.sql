-- The media of the tasks of a page.
SELECT m.*
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (provider text, task_id text)
JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id
ORDER BY m.media_key
