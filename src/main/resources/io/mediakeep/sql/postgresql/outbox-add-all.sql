-- Announcements of one kind of work, in order.
INSERT INTO outbox (channel, type, provider, task_id, data, created_at, due_at)
SELECT r.channel, r.type, r.provider, r.task_id, r.data, :now, :now
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        channel text, type text, provider text, task_id text, data text)
