-- Gives this node's leases back when it stops; the attempt does not count.
UPDATE media SET state = 'due', due_at = :now, lease_until = NULL, began_at = NULL, attempts = attempts - 1
WHERE  state = 'copying' AND node = :node
