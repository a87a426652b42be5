-- Claims the callback that may have ended processes; work on it begins with that. Those that fewest ends speak against
-- come first, so that they are out of the way.
UPDATE callback
SET due_at = :lease_until, attempts = attempts + 1, fence = fence + 1, node = :node, began_at = :now
WHERE id IN (
  SELECT id FROM callback WHERE crashes > 1 AND state = 'received' AND due_at <= :now
  ORDER BY crashes, due_at LIMIT 1)
RETURNING id, provider, callback_key, covered, body, received_at, attempts, crashes, fence
