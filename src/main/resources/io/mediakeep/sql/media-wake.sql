-- A read has ended: media that wait for a fresh URL are tried again soon, also if none came.
UPDATE media SET due_at = :due_at, stale = stale + 1
WHERE  provider = :provider AND task_id = :task_id AND state = 'due' AND due_at > :due_at AND waits_for_read = 1
