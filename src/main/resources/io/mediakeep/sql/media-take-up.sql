-- Takes back what the last process of this ledger was copying when it ended without a word.
-- A second such end makes it a suspect, which is never ready: it is claimed by itself.
UPDATE media
SET    state = 'due', due_at = :now, lease_until = NULL, attempts = attempts - 1, began_at = NULL,
       crashes = CASE WHEN crashes < 2 THEN crashes + 1 ELSE crashes END,
       ready = CASE WHEN crashes > 0 THEN 0 ELSE ready END
WHERE  state = 'copying'
