-- URLs that only callbacks had named, and that an answer which we read ourselves shows too.
UPDATE media SET own_read = 1
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id, value ->> 'media_key' AS media_key,
        value ->> 'url' AS url
        FROM json_each(:rows)) AS r
WHERE  media.provider = r.provider AND media.task_id = r.task_id AND media.media_key = r.media_key
AND    media.state <> 'stored' AND media.own_read = 0 AND media.url = r.url
