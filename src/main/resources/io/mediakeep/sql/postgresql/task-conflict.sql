-- Notes that another final state came for tasks that have ended. Returns those for which it is the first time.
UPDATE task SET conflict_at = :now
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, status text)
WHERE  task.provider = r.provider AND task.task_id = r.task_id AND task.conflict_at IS NULL
AND    task.status IN ('failed', 'succeeded') AND task.status <> r.status
RETURNING task.provider, task.task_id
