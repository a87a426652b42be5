INSERT INTO outbox (channel, type, provider, task_id, media_key, data, created_at, due_at)
VALUES (:channel, :type, :provider, :task_id, :media_key, :data, :now, :now)
