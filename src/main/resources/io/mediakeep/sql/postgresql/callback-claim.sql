-- Claims received callbacks, oldest first; they are due again after the lease, and who still has it then counts as
-- gone. Suspects are claimed by themselves.
WITH due AS MATERIALIZED (
  SELECT id FROM callback WHERE state = 'received' AND crashes < 2 AND due_at <= :now ORDER BY due_at, id LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE callback c
SET due_at = :lease_until, attempts = c.attempts + 1, fence = c.fence + 1, node = :node,
    crashes = CASE WHEN c.node IS NULL THEN c.crashes ELSE c.crashes + 1 END
FROM due WHERE c.id = due.id
RETURNING c.id, c.provider, c.callback_key, c.covered, c.body, c.received_at, c.attempts, c.crashes, c.fence
