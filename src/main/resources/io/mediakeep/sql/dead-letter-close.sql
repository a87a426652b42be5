-- What the letter is about goes on by itself. Changes 0 rows if it is not open.
UPDATE dead_letter SET state = 'replayed', replayed_at = :now
WHERE  kind = 'media' AND provider = :provider AND letter_key = :letter_key AND state = 'open'
