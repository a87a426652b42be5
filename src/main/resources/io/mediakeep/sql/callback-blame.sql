-- A suspect was in work, and no other, when its process ended without a word.
UPDATE callback SET due_at = :due_at, crashes = :crashes, node = NULL, began_at = NULL
WHERE  id = :id AND state = 'received' AND node = :node
