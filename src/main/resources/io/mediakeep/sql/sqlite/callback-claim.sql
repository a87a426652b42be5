-- Claims received callbacks, oldest first; they are due again after the lease, and who still has it then counts as
-- gone. Suspects are claimed by themselves.
UPDATE callback
SET due_at = :lease_until, attempts = attempts + 1, fence = fence + 1, node = :node,
    crashes = CASE WHEN node IS NULL THEN crashes ELSE crashes + 1 END
WHERE id IN (
  SELECT id FROM callback WHERE state = 'received' AND crashes < 2 AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
RETURNING id, provider, callback_key, covered, body, received_at, attempts, crashes, fence
