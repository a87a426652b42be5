-- Claims one media that ended two processes without a word, or was there when they ended. Not while a callback is under the
-- same suspicion: that one is found out first.
WITH due AS MATERIALIZED (
  SELECT provider, task_id, media_key FROM media
  WHERE crashes > 1 AND state = 'due' AND due_at <= :now
  AND NOT EXISTS (SELECT 1 FROM callback WHERE state = 'received' AND attempts > 1)
  ORDER BY due_at LIMIT 1
  FOR UPDATE OF media SKIP LOCKED)
UPDATE media m
SET state = 'copying', fence = m.fence + 1, attempts = m.attempts + 1, lease_until = :lease_until, node = :node,
    waits_for_read = 0
FROM due WHERE m.provider = due.provider AND m.task_id = due.task_id AND m.media_key = due.media_key
RETURNING m.*
