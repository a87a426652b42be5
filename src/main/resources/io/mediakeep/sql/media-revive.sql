-- A dead media is due again, with its attempts and refreshes back.
UPDATE media
SET    state = 'due', ready = 1, due_at = :now, attempts = 0, refreshes = 0, refusals = 0, stale = 0, crashes = 0,
       began_at = NULL, wakes = :wakes, refused_host = NULL
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'dead'
