-- The hosts that have ready media, each with its nearest expiry: a walk from host to host along one index.
WITH RECURSIVE lane (host, n) AS (
  SELECT (SELECT f.host FROM media f WHERE f.state = 'due' AND f.ready > 0 AND f.host >= :from_host
          ORDER BY f.host LIMIT 1), 1
  UNION ALL
  SELECT (SELECT m.host FROM media m WHERE m.state = 'due' AND m.ready > 0 AND m.host > lane.host
          ORDER BY m.host LIMIT 1), lane.n + 1
  FROM lane WHERE lane.host IS NOT NULL AND lane.n < :limit)
SELECT host,
  (SELECT a.expires_at FROM media a WHERE a.state = 'due' AND a.ready > 0 AND a.ready = 1 AND a.host = lane.host
   AND a.expires_at > :now ORDER BY a.expires_at LIMIT 1) AS first_alive,
  (SELECT b.expires_at FROM media b WHERE b.state = 'due' AND b.ready > 0 AND b.ready = 2 AND b.host = lane.host
   AND b.expires_at > :now ORDER BY b.expires_at LIMIT 1) AS again_alive,
  (SELECT c.expires_at FROM media c WHERE c.state = 'due' AND c.ready > 0 AND c.ready = 1 AND c.host = lane.host
   AND c.expires_at <= :now ORDER BY c.expires_at LIMIT 1) AS first_past,
  (SELECT d.expires_at FROM media d WHERE d.state = 'due' AND d.ready > 0 AND d.ready = 2 AND d.host = lane.host
   AND d.expires_at <= :now ORDER BY d.expires_at LIMIT 1) AS again_past
FROM lane WHERE host IS NOT NULL
