-- Takes back what the last process of this ledger was copying when it ended without a word.
UPDATE media
SET    state = 'due', due_at = :now, lease_until = NULL, attempts = attempts - 1, crashes = crashes + 1
WHERE  state = 'copying'
