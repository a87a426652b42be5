-- Notes that another final state came for tasks that have ended. Returns those for which it is the first time.
UPDATE task SET conflict_at = :now
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id, value ->> 'status' AS status
        FROM json_each(:rows)) AS r
WHERE  task.provider = r.provider AND task.task_id = r.task_id AND task.conflict_at IS NULL
AND    task.status IN ('failed', 'succeeded') AND task.status <> r.status
RETURNING provider, task_id
