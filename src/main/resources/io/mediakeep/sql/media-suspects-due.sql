-- Whether a media is due that may have killed processes.
SELECT 1 FROM media WHERE crashes > 1 AND state = 'due' AND due_at <= :now LIMIT 1
