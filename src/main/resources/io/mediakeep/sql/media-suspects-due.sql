-- The media that most ends of a process speak against, if it is due. Others wait for their turn.
SELECT 1 FROM (
  SELECT due_at FROM media WHERE crashes > 1 AND state = 'due' ORDER BY crashes DESC, due_at LIMIT 1) AS first
WHERE due_at <= :now
