-- Takes back what a process had claimed when it ended without a word. A second such end makes a suspect of it.
UPDATE callback
SET    due_at = CASE WHEN crashes > 0 THEN :later ELSE :now END, node = NULL,
       crashes = CASE WHEN crashes < 2 THEN crashes + 1 ELSE crashes END
WHERE  state = 'received' AND node = :node AND began_at IS NULL
