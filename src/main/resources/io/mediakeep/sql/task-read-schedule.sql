-- Asks for a read of a task; an earlier time wins over a later one, and one that somebody waits for over one that only
-- watches, which never takes its place. The attempts start again, and a read that is running does not end this one.
UPDATE task
SET    read_at = CASE WHEN read_at < :read_at THEN read_at ELSE :read_at END, read_credit = :credit, read_attempts = 0, read_fence = read_fence + 1,
       read_reason = CASE WHEN :reason IN ('watch', 'rebuild') THEN COALESCE(read_reason, :reason) ELSE :reason END
WHERE  provider = :provider AND task_id = :task_id
AND   (read_at IS NULL OR read_at > :read_at
    OR read_reason IN ('watch', 'rebuild') AND :reason NOT IN ('watch', 'rebuild'))
