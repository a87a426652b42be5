-- Gives a claimed callback back, to be due later; the claim does not count.
UPDATE callback
SET    due_at = :due_at, attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END, node = NULL, began_at = NULL
WHERE  id = :id AND state = 'received' AND fence = :fence
