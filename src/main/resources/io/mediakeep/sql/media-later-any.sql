-- Whether a media that waited for its time has come due.
SELECT 1 AS found FROM media WHERE state = 'due' AND ready = 0 AND crashes < 2 AND due_at <= :now ORDER BY due_at LIMIT 1
