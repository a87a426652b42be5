-- Asks for a read of a task; an earlier time wins over a later one. The attempts start again, and a read that is running
-- does not end this one.
UPDATE task SET read_at = :read_at, read_reason = :reason, read_attempts = 0, read_fence = read_fence + 1
WHERE  provider = :provider AND task_id = :task_id AND (read_at IS NULL OR read_at > :read_at)
