-- The keys of known tasks that no media has, with the media that each is another name of, null if it is news.
SELECT r.provider, r.task_id, r.media_key, a.media_key AS owner
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id,
        value ->> 'media_key' AS media_key
        FROM json_each(:rows)) AS r
LEFT JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id AND m.media_key = r.media_key
LEFT JOIN media_alias a ON a.provider = r.provider AND a.task_id = r.task_id AND a.alias_key = r.media_key
WHERE  m.media_key IS NULL
