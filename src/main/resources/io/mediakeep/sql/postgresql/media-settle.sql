-- Their task has ended: what is copied from now on is final.
UPDATE media SET early = 0
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, media_key text)
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key AND media.early = 1
