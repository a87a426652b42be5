-- Gives a claimed callback back, to be due later.
UPDATE callback SET due_at = :due_at WHERE id = :id AND state = 'received'
