-- A copy failed and is due again later. Changes 0 rows if the lease was lost.
UPDATE media
SET    state = 'due', ready = 0, due_at = :due_at, lease_until = NULL, reason = :reason, detail = :detail,
       attempts = :attempts, refreshes = :refreshes, refusals = :refusals, stale = :stale, crashes = 0, began_at = NULL,
       waits_for_read = :waits_for_read, refused_host = :refused_host
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
