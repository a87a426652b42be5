-- Moves a task on. Changes 0 rows unless the event ranks higher: a status never goes back. A final status ends the watch.
UPDATE task
SET    status = :status,
       status_message = COALESCE(:status_message, status_message),
       external_task_id = COALESCE(:external_task_id, external_task_id),
       created_at = COALESCE(created_at, :created_at),
       updated_at = COALESCE(:updated_at, updated_at),
       units = COALESCE(:units, units),
       model = COALESCE(:model, model),
       product = COALESCE(product, :product),
       callback_at = COALESCE(callback_at, :callback_at),
       polled_at = COALESCE(polled_at, :polled_at),
       finished_at = COALESCE(finished_at, :finished_at),
       conflict_at = CASE WHEN status = 'failed' THEN COALESCE(conflict_at, :now) ELSE conflict_at END,
       read_at = CASE WHEN :ends_watch = 1 AND :finished_at IS NOT NULL AND read_reason = 'watch' THEN NULL ELSE read_at END,
       read_fence = read_fence + CASE WHEN :ends_watch = 1 AND :finished_at IS NOT NULL AND read_reason = 'watch' THEN 1 ELSE 0 END,
       read_reason = CASE WHEN :ends_watch = 1 AND :finished_at IS NOT NULL AND read_reason = 'watch' THEN NULL ELSE read_reason END,
       revision = revision + CASE WHEN revision > 0 OR :finished_at IS NOT NULL THEN 1 ELSE 0 END
WHERE  provider = :provider AND task_id = :task_id
AND    CASE status WHEN 'submitted' THEN 0 WHEN 'processing' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END < :rank
RETURNING conflict_at
