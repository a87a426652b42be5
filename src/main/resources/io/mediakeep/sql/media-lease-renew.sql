-- Keeps the lease of a running copy. Changes 0 rows if it was lost.
UPDATE media SET lease_until = :lease_until
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
