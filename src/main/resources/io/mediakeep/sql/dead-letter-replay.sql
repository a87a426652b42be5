-- Takes an open letter out. One row, or none if somebody else replayed it: then there is nothing to do.
UPDATE dead_letter SET state = 'replayed', replayed_at = :now WHERE id = :id AND state = 'open'
RETURNING id, kind, provider, letter_key, task_id, media_key, callback_id, raw
