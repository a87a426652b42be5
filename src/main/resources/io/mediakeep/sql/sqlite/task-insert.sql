-- The first word of tasks. Returns those that were not known. While a task is open and nothing of it is stored, it has no
-- manifest (revision 0). In: rows, JSON; seen_by, which stream it is; now.
INSERT INTO task (provider, task_id, status, status_message, external_task_id, created_at, updated_at, units, model,
                  product, first_seen_by, first_seen_at, callback_at, polled_at, finished_at, revision, manifest_at)
SELECT r.provider, r.task_id, r.status, r.status_message, r.external_task_id, r.created_at, r.updated_at, r.units, r.model,
       r.product, :seen_by, :now, CASE WHEN :seen_by = 'callback' THEN :now END, CASE WHEN :seen_by = 'poll' THEN :now END,
       CASE WHEN r.status IN ('failed', 'succeeded') THEN :now END,
       CASE WHEN r.status IN ('failed', 'succeeded') THEN 1 ELSE 0 END, :now
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id, value ->> 'status' AS status,
        value ->> 'status_message' AS status_message, value ->> 'external_task_id' AS external_task_id,
        value ->> 'created_at' AS created_at, value ->> 'updated_at' AS updated_at, value ->> 'units' AS units,
        value ->> 'model' AS model, value ->> 'product' AS product
        FROM json_each(:rows)) AS r
WHERE  true
ORDER BY r.provider, r.task_id
ON CONFLICT (provider, task_id) DO NOTHING
RETURNING provider, task_id
