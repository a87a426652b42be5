-- Forgets the media of tasks that are forgotten.
DELETE FROM media
USING  jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (provider text, task_id text)
WHERE  media.provider = r.provider AND media.task_id = r.task_id
