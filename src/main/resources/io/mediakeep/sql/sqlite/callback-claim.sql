-- Claims received callbacks, oldest first; they are due again after the lease if this node dies. One that was claimed before
-- and came to no end may have killed a process: it is claimed alone.
UPDATE callback SET due_at = :lease_until, attempts = attempts + 1, fence = fence + 1
WHERE id IN (
  WITH due AS (
    SELECT id, attempts FROM callback WHERE state = 'received' AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
  SELECT id FROM due WHERE NOT EXISTS (SELECT 1 FROM due WHERE attempts > 0)
  UNION ALL
  SELECT min(id) FROM due WHERE attempts > 0)
RETURNING id, provider, covered, body, received_at, attempts, fence
