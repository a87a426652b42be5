-- Takes media back whose node let the lease run out: not an attempt, but an end without a word.
UPDATE media
SET    state = 'due', due_at = :now, lease_until = NULL, attempts = attempts - 1, crashes = crashes + 1
WHERE  state = 'copying' AND lease_until < :now
