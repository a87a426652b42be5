-- Forgets the other keys of the media of tasks that are forgotten.
DELETE FROM media_alias
USING  jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (provider text, task_id text)
WHERE  media_alias.provider = r.provider AND media_alias.task_id = r.task_id
