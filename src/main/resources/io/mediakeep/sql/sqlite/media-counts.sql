-- How many media of each state the tasks of a page have.
SELECT m.provider, m.task_id, m.state, count(*) AS media
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id
        FROM json_each(:rows)) AS r
CROSS JOIN media m ON m.provider = r.provider AND m.task_id = r.task_id
GROUP BY m.provider, m.task_id, m.state
