-- Takes a process out. Changes 0 rows if somebody did so, or it has come back to life.
DELETE FROM run WHERE node = :node AND seen_at = :seen_at
