-- Tasks that ended in a span of time and no callback told of.
SELECT provider, count(*) AS number FROM task
WHERE  finished_at >= :from AND finished_at < :to AND callback_at IS NULL GROUP BY provider
