-- Open tasks that a list showed, that are known since before a time, and of which no read is asked for.
SELECT task_id FROM task
WHERE  provider = :provider AND product = :list AND status IN ('submitted', 'processing') AND read_at IS NULL
AND    first_seen_at < :before
ORDER BY created_at
