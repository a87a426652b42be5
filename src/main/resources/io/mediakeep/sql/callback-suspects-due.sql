-- Whether a callback is due that may have ended processes.
SELECT 1 FROM callback WHERE crashes > 1 AND state = 'received' AND due_at <= :now LIMIT 1
