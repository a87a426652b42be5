-- Takes back what a process was copying when it ended without a word. A second such end makes a suspect of it, which is
-- never ready: it is claimed by itself.
UPDATE media
SET    state = 'due', due_at = CASE WHEN crashes > 0 THEN :later ELSE :now END, lease_until = NULL,
       attempts = attempts - 1, ready = CASE WHEN crashes > 0 THEN 0 ELSE ready END,
       crashes = CASE WHEN crashes < 2 THEN crashes + 1 ELSE crashes END, began_at = NULL
WHERE  state = 'copying' AND node = :node
