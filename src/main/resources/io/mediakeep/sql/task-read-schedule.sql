-- Asks for a read of a task; an earlier time wins over a later one. The attempts start again.
UPDATE task SET read_at = :read_at, read_reason = :reason, read_attempts = 0
WHERE  provider = :provider AND task_id = :task_id AND (read_at IS NULL OR read_at > :read_at)
