-- Claims one media that ended two processes without a word, or was there when they ended. Not while a callback is under the
-- same suspicion: that one is found out first.
UPDATE media
SET state = 'copying', fence = fence + 1, attempts = attempts + 1, lease_until = :lease_until, node = :node,
    waits_for_read = 0
WHERE (provider, task_id, media_key) IN (
  SELECT provider, task_id, media_key FROM media
  WHERE crashes > 1 AND state = 'due' AND due_at <= :now
  AND NOT EXISTS (SELECT 1 FROM callback WHERE state = 'received' AND attempts > 1)
  ORDER BY due_at LIMIT 1)
RETURNING *
