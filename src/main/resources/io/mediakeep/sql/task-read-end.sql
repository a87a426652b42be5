-- Ends a read, or sets its next time (null: none). Changes 0 rows if another read was asked for or claimed meanwhile. Where
-- all is well (fresh = 1) the attempts start again.
UPDATE task
SET    read_at = :next_at, read_reason = CASE WHEN :next_at IS NULL THEN NULL ELSE COALESCE(read_reason, 'detail') END,
       read_attempts = CASE WHEN :fresh = 1 THEN 0 ELSE read_attempts END
WHERE  provider = :provider AND task_id = :task_id AND read_fence = :fence
