-- Claims received callbacks, oldest first; they are due again after the lease if this node dies. One that was claimed before
-- and came to no end may have killed a process: it is claimed alone.
WITH due AS MATERIALIZED (
  SELECT id, attempts FROM callback WHERE state = 'received' AND due_at <= :now ORDER BY due_at, id LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE callback c SET due_at = :lease_until, attempts = c.attempts + 1, fence = c.fence + 1
FROM due WHERE c.id = due.id
AND (NOT EXISTS (SELECT 1 FROM due d WHERE d.attempts > 0)
     OR c.id = (SELECT min(d.id) FROM due d WHERE d.attempts > 0))
RETURNING c.id, c.provider, c.covered, c.body, c.received_at, c.attempts, c.fence
