-- Ends a read, or sets its next time (null: none) and perhaps another reason. Changes 0 rows if another read was asked for or
-- claimed meanwhile. In: attempts, those that still count.
UPDATE task
SET    read_at = :next_at, read_credit = 0, read_attempts = :attempts,
       read_reason = CASE WHEN :next_at IS NULL THEN NULL ELSE COALESCE(:reason, read_reason, 'detail') END
WHERE  provider = :provider AND task_id = :task_id AND read_fence = :fence
