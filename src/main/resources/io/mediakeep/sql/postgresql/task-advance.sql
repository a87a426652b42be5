-- Moves tasks on. Leaves out those that the event does not outrank: a status never goes back. A final status ends the watch.
UPDATE task
SET    status = r.status,
       status_message = r.status_message,
       external_task_id = COALESCE(r.external_task_id, task.external_task_id),
       created_at = COALESCE(task.created_at, r.created_at),
       updated_at = COALESCE(r.updated_at, task.updated_at),
       units = COALESCE(r.units, task.units),
       model = COALESCE(r.model, task.model),
       product = COALESCE(task.product, r.product),
       callback_at = COALESCE(task.callback_at, CASE WHEN :seen_by = 'callback' THEN :now END),
       polled_at = COALESCE(task.polled_at, CASE WHEN :seen_by = 'poll' THEN :now END),
       finished_at = CASE WHEN r.status IN ('failed', 'succeeded') THEN :now ELSE task.finished_at END,
       conflict_at = CASE WHEN task.status = 'failed' THEN COALESCE(task.conflict_at, :now) ELSE task.conflict_at END,
       read_at = CASE WHEN :ends_watch = 1 AND r.rank >= 2 AND task.read_reason = 'watch' THEN NULL ELSE task.read_at END,
       read_fence = task.read_fence + CASE WHEN :ends_watch = 1 AND r.rank >= 2 AND task.read_reason = 'watch' THEN 1 ELSE 0 END,
       read_reason = CASE WHEN :ends_watch = 1 AND r.rank >= 2 AND task.read_reason = 'watch' THEN NULL ELSE task.read_reason END,
       revision = task.revision + CASE WHEN task.revision > 0 OR r.rank >= 2 THEN 1 ELSE 0 END
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text, status text, rank bigint, status_message text, external_task_id text,
        created_at bigint, updated_at bigint, units text, model text, product text)
WHERE  task.provider = r.provider AND task.task_id = r.task_id
AND    CASE task.status WHEN 'submitted' THEN 0 WHEN 'processing' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END < r.rank
RETURNING task.provider, task.task_id, conflict_at
