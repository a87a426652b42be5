-- Asks for a read of a task unless one is asked for already. Changes 0 rows then.
UPDATE task SET read_at = :read_at, read_reason = :reason, read_credit = 0, read_attempts = 0, read_fence = read_fence + 1
WHERE  provider = :provider AND task_id = :task_id AND read_at IS NULL AND status IN ('submitted', 'processing')
