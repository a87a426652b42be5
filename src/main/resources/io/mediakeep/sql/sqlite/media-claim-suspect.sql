-- Claims the media that most ends of a process speak against, if it is due. The others wait for their turn, so that
-- no end of a process is without it meanwhile.
UPDATE media
SET state = 'copying', fence = fence + 1, attempts = attempts + 1, lease_until = :lease_until, node = :node,
    waits_for_read = 0
WHERE (provider, task_id, media_key) IN (
  SELECT provider, task_id, media_key FROM media
  WHERE crashes > 1 AND state = 'due'
  ORDER BY crashes DESC, due_at LIMIT 1)
AND due_at <= :now
RETURNING *
