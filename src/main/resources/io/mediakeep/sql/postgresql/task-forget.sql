-- Forgets those of the tasks that came to a good end before a time: all is stored, written down and answered.
DELETE FROM task
USING  jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (provider text, task_id text)
WHERE  task.provider = r.provider AND task.task_id = r.task_id
AND    task.finished_at < :before AND task.read_at IS NULL AND task.manifest >= task.revision
AND    NOT EXISTS (SELECT 1 FROM media m WHERE m.provider = task.provider AND m.task_id = task.task_id
                   AND (m.state <> 'stored' OR m.stored_at >= :before OR m.upload_id IS NOT NULL))
AND    NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.kind = 'task' AND d.provider = task.provider
                   AND d.letter_key = task.task_id AND d.state = 'open')
RETURNING task.provider, task.task_id, status, callback_at
