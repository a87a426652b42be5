-- Announcements of one kind of work, in order.
INSERT INTO outbox (channel, type, provider, task_id, data, created_at, due_at)
SELECT r.channel, r.type, r.provider, r.task_id, r.data, :now, :now
FROM   (
        SELECT value ->> 'channel' AS channel, value ->> 'type' AS type, value ->> 'provider' AS provider,
        value ->> 'task_id' AS task_id, value ->> 'data' AS data
        FROM json_each(:rows)) AS r
