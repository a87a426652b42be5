-- Ended tasks of a provider, oldest first, from where the last group ended.
SELECT task_id, first_seen_at FROM task
WHERE  provider = :provider AND status = :status AND first_seen_at < :before
AND    (first_seen_at, task_id) > (:after_at, :after_task)
ORDER BY first_seen_at, task_id LIMIT :limit
