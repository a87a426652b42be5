-- What is known of the tasks of a page, with a row for each of their media.
SELECT t.provider, t.task_id, t.status, t.status_message, t.external_task_id, t.created_at, t.units, t.model, t.product,
       t.polled_at, t.read_at, m.media_key, m.state, m.url, m.expires_at, m.early
FROM   jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        provider text, task_id text)
JOIN task t ON t.provider = r.provider AND t.task_id = r.task_id
LEFT JOIN media m ON m.provider = t.provider AND m.task_id = t.task_id
