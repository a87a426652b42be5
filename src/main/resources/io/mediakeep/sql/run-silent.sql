-- Processes that nobody has heard of since a time.
SELECT node, seen_at FROM run WHERE seen_at < :before ORDER BY node
