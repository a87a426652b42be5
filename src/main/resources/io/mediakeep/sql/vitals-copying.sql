-- Grouped by an expression, so that the order of the primary key does not lure SQLite away from the small index.
SELECT provider, count(*) AS number FROM (
  SELECT provider || '' AS provider FROM media WHERE state = 'copying') AS found
GROUP BY provider
