-- Claims announcements of a channel, oldest first; due again after the lease if this node dies.
WITH due AS MATERIALIZED (
  SELECT id FROM outbox WHERE channel = :channel AND due_at <= :now ORDER BY due_at, id LIMIT :limit
  FOR UPDATE SKIP LOCKED)
UPDATE outbox o SET due_at = :lease_until, attempts = o.attempts + 1
FROM due WHERE o.id = due.id
RETURNING o.*
