-- What is known of tasks that are about to change.
SELECT t.provider, t.task_id, t.status, t.callback_at
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id
        FROM json_each(:rows)) AS r
CROSS JOIN task t ON t.provider = r.provider AND t.task_id = r.task_id
ORDER BY t.provider, t.task_id
