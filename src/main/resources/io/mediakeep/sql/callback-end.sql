-- Ends a callback as done or dead. Changes 0 rows if it has ended already.
UPDATE callback SET state = :state WHERE id = :id AND state = 'received'
