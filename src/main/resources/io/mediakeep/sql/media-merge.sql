-- A claimed media is the same output as another one. Changes 0 rows if the lease was lost.
DELETE FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
