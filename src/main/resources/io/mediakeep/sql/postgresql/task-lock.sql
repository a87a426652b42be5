-- What is known of tasks that are about to change. Locks them in the one order that everybody keeps.
SELECT t.provider, t.task_id, t.status, t.callback_at
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text)
JOIN task t ON t.provider = r.provider AND t.task_id = r.task_id
ORDER BY t.provider, t.task_id
FOR UPDATE OF t
