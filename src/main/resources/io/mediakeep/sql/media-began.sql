-- Work on a suspect begins. Changes 0 rows if the lease was lost.
UPDATE media SET began_at = :now
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
