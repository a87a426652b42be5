-- A fresher URL of a media that is not stored; what a read of ours gave (fresh = 1) is always fresher. A media that waits
-- for one is due now. Changes, and on PostgreSQL locks, 0 rows if it is the same or an older one.
UPDATE media
SET    url = :url, host = :host, expires_at = :expires_at,
       due_at = CASE WHEN waits_for_read = 1 THEN :now ELSE due_at END
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key
AND    state <> 'stored' AND url <> :url AND (:fresh = 1 OR expires_at <= :expires_at)
