-- When the oldest of the open tasks that a list showed was made, not looking back beyond a time.
SELECT min(created_at) AS oldest FROM task
WHERE  provider = :provider AND product = :list AND status IN ('submitted', 'processing') AND created_at >= :since
