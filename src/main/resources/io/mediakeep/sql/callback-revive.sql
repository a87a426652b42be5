-- Replay: a dead callback is worked on again.
UPDATE callback SET state = 'received', due_at = :now, attempts = 0, crashes = 0, node = NULL, began_at = NULL
WHERE  id = :id AND state = 'dead'
