SELECT created_at AS number FROM outbox ORDER BY id LIMIT 1
