-- Forgets old callbacks that came to a good end, a few at a time, so that no write lock is held for long.
DELETE FROM callback
WHERE id IN (SELECT id FROM callback WHERE received_at < :before AND state = 'done' ORDER BY received_at LIMIT :limit)
