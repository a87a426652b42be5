-- Claims received callbacks, oldest first; they are due again after the lease if this node dies.
UPDATE callback SET due_at = :lease_until, attempts = attempts + 1
WHERE id IN (
  SELECT id FROM callback WHERE state = 'received' AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
RETURNING id, provider, callback_key, covered, body, received_at, attempts
