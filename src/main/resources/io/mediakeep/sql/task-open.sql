-- Open tasks of a provider that are known since before a time, and of which no read is asked for.
SELECT task_id, product FROM task
WHERE  provider = :provider AND status IN ('submitted', 'processing') AND read_at IS NULL AND first_seen_at < :before
ORDER BY product
