-- A suspect was in work, and no other, when its process ended without a word.
UPDATE media
SET    state = 'due', ready = 0, due_at = :due_at, lease_until = NULL, attempts = attempts - 1, crashes = :crashes,
       began_at = NULL
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND node = :node
