-- Whether the claim still holds.
SELECT 1 FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
