-- Claims the media that most ends of a process speak against, if it is due. The others wait for their turn, so that
-- no end of a process is without it meanwhile.
WITH due AS MATERIALIZED (
  SELECT provider, task_id, media_key FROM media
  WHERE crashes > 1 AND state = 'due'
  ORDER BY crashes DESC, due_at LIMIT 1
  FOR UPDATE OF media SKIP LOCKED)
UPDATE media m
SET state = 'copying', fence = m.fence + 1, attempts = m.attempts + 1, lease_until = :lease_until, node = :node,
    waits_for_read = 0
FROM due WHERE m.provider = due.provider AND m.task_id = due.task_id AND m.media_key = due.media_key
AND m.due_at <= :now
RETURNING m.*
