-- URLs that only callbacks had named, and that an answer which we read ourselves shows too.
UPDATE media SET own_read = 1
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (provider text, task_id text, media_key text, url text)
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key
AND    media.state <> 'stored' AND media.own_read = 0 AND media.url = r.url
