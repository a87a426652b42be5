-- Replay: a dead callback is worked on again.
UPDATE callback SET state = 'received', due_at = :now, attempts = 0 WHERE id = :id AND state = 'dead'
