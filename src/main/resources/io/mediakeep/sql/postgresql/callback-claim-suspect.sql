-- Claims the callback that may have ended processes; work on it begins with that. Those that fewest ends speak against
-- come first, so that they are out of the way.
WITH due AS MATERIALIZED (
  SELECT id FROM callback WHERE crashes > 1 AND state = 'received' AND due_at <= :now
  ORDER BY crashes, due_at LIMIT 1
  FOR UPDATE SKIP LOCKED)
UPDATE callback c
SET due_at = :lease_until, attempts = c.attempts + 1, fence = c.fence + 1, node = :node, began_at = :now
FROM due WHERE c.id = due.id
RETURNING c.id, c.provider, c.callback_key, c.covered, c.body, c.received_at, c.attempts, c.crashes, c.fence
