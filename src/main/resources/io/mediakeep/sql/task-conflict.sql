-- Notes that another final state came for a task that has ended. Changes 1 row the first time only.
UPDATE task SET conflict_at = :now
WHERE  provider = :provider AND task_id = :task_id AND conflict_at IS NULL
AND    status IN ('failed', 'succeeded') AND status <> :status
