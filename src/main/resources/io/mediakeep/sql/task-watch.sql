-- Watches an open task of a provider that has no list. Changes 0 rows if a read is asked for already, or the task ended.
UPDATE task SET read_at = :read_at, read_reason = 'watch', read_credit = 0, read_attempts = 0, read_fence = read_fence + 1
WHERE  provider = :provider AND task_id = :task_id AND read_at IS NULL AND status IN ('submitted', 'processing')
