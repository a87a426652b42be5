-- Open tasks of a provider that are known since before a time, of which no read is asked for, and that are not given up.
SELECT task_id, product FROM task
WHERE  provider = :provider AND status IN ('submitted', 'processing') AND read_at IS NULL AND first_seen_at < :before
AND    NOT EXISTS (SELECT 1 FROM dead_letter l WHERE l.kind = 'task' AND l.provider = task.provider
                   AND l.letter_key = task.task_id AND l.state = 'open')
ORDER BY product
