-- Grouped by an expression, so that the order of the primary key does not lure SQLite away from the small indexes.
SELECT provider, count(*) AS number FROM (
  SELECT provider || '' AS provider FROM media WHERE state = 'due' AND ready > 0 AND host >= ''
  UNION ALL
  SELECT provider || '' AS provider FROM media WHERE state = 'due' AND ready = 0 AND due_at >= 0) AS found
GROUP BY provider
