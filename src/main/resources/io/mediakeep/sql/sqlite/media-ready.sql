-- Media that waited for their time are ready. Who waited for a fresh URL begins anew.
UPDATE media SET ready = CASE WHEN attempts = 0 AND refusals = 0 OR waits_for_read = 1 AND refusals < 4
       THEN 1 ELSE 2 END
WHERE (provider, task_id, media_key) IN (
  SELECT provider, task_id, media_key FROM media
  WHERE state = 'due' AND ready = 0 AND crashes < 2 AND due_at <= :now
  ORDER BY due_at LIMIT :limit)
