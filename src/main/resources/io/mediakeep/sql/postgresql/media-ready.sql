-- Media that waited for their time are ready. Who waited for a fresh URL begins anew.
WITH due AS MATERIALIZED (
  SELECT provider, task_id, media_key FROM media
  WHERE state = 'due' AND ready = 0 AND crashes < 2 AND due_at <= :now
  ORDER BY due_at LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE media m SET ready = CASE WHEN m.attempts = 0 AND m.refusals = 0 OR m.waits_for_read = 1 AND m.refusals < 4
       THEN 1 ELSE 2 END
FROM due WHERE m.provider = due.provider AND m.task_id = due.task_id AND m.media_key = due.media_key
