-- Ends a callback as done or dead. Changes 0 rows if it has ended already, or another claim has begun.
UPDATE callback SET state = :state, node = NULL WHERE id = :id AND state = 'received' AND fence = :fence
