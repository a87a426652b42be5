-- Claims ready media of one host, nearest expiry first. The fence tells this claim from every other.
UPDATE media
SET state = 'copying', fence = fence + 1, attempts = attempts + 1, lease_until = :lease_until, node = :node,
    waits_for_read = 0
WHERE (provider, task_id, media_key) IN (
  SELECT provider, task_id, media_key FROM media
  WHERE state = 'due' AND ready > 0 AND ready = :ready AND host = :host
  AND expires_at > :alive_from AND expires_at <= :alive_to
  ORDER BY expires_at, due_at LIMIT :limit)
RETURNING *
