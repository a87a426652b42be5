-- When the first source URL of unstored media dies. Reads the indexes of what waits, and few are being copied.
SELECT min(expires_at) AS number FROM (
  SELECT expires_at FROM media WHERE state = 'due' AND ready > 0 AND host >= ''
  UNION ALL
  SELECT expires_at FROM media WHERE state = 'due' AND ready = 0 AND due_at >= 0
  UNION ALL
  SELECT expires_at FROM media WHERE state = 'copying' AND lease_until > 0) AS unstored
