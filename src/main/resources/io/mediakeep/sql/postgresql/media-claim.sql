-- Claims ready media of one host, nearest expiry first. The fence tells this claim from every other.
WITH due AS MATERIALIZED (
  SELECT provider, task_id, media_key FROM media
  WHERE state = 'due' AND ready > 0 AND ready = :ready AND host = :host
  AND expires_at > :alive_from AND expires_at <= :alive_to
  ORDER BY expires_at, due_at LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE media m
SET state = 'copying', fence = m.fence + 1, attempts = m.attempts + 1, lease_until = :lease_until, node = :node,
    waits_for_read = 0
FROM due WHERE m.provider = due.provider AND m.task_id = due.task_id AND m.media_key = due.media_key
RETURNING m.*
