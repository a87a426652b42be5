-- The media of the tasks of a page.
SELECT m.*
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id
        FROM json_each(:rows)) AS r
CROSS JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id
ORDER BY m.media_key
