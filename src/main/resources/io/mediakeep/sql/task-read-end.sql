-- Ends a read, or sets its next time (null: none). Changes 0 rows if another read was asked for or claimed meanwhile.
UPDATE task
SET    read_at = :next_at, read_reason = CASE WHEN :next_at IS NULL THEN NULL ELSE read_reason END
WHERE  provider = :provider AND task_id = :task_id AND read_fence = :fence AND read_at IS NOT NULL
