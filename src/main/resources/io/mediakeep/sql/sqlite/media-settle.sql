-- Their task has ended: what is copied from now on is final.
UPDATE media SET early = 0
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id,
        value ->> 'media_key' AS media_key
        FROM json_each(:rows)) AS r
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key AND media.early = 1
