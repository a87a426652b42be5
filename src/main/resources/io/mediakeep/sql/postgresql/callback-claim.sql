-- Claims received callbacks, oldest first; they are due again after the lease if this node dies.
WITH due AS MATERIALIZED (
  SELECT id FROM callback WHERE state = 'received' AND due_at <= :now ORDER BY due_at, id LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE callback c SET due_at = :lease_until, attempts = c.attempts + 1
FROM due WHERE c.id = due.id
RETURNING c.id, c.provider, c.callback_key, c.covered, c.body, c.received_at, c.attempts
