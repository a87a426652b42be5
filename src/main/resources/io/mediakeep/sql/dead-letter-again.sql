-- Counts what an open letter stands for once more, with the last sample. Changes 0 rows if none is open.
UPDATE dead_letter SET times = times + :times, last_at = :now, detail = :detail, raw = :raw
WHERE  kind = :kind AND provider = :provider AND letter_key = :letter_key AND state = 'open'
