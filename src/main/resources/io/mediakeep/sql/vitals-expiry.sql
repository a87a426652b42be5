-- When the first source URL of unstored media dies. The index of due media gives its first row; few are being copied.
SELECT min(expires_at) AS number FROM (
  SELECT expires_at FROM (SELECT expires_at FROM media WHERE state = 'due' ORDER BY expires_at LIMIT 1) AS due
  UNION ALL
  SELECT expires_at FROM media WHERE state = 'copying' AND lease_until > 0) AS unstored
