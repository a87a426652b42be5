-- Changes 0 rows if the process was taken for dead.
UPDATE run SET seen_at = :now WHERE node = :node
