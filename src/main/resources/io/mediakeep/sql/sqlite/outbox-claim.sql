-- Claims announcements of a channel, oldest first; due again after the lease if this node dies.
UPDATE outbox SET due_at = :lease_until, attempts = attempts + 1
WHERE id IN (
  SELECT id FROM outbox WHERE channel = :channel AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
RETURNING *
