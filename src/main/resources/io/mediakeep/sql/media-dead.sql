-- A copy was given up. Changes 0 rows if the lease was lost.
UPDATE media
SET    state = 'dead', lease_until = NULL, began_at = NULL, reason = :reason, detail = :detail,
       refused_host = :refused_host
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
