-- Notes what a later event of the same status adds. Changes 0 rows if it adds nothing; the manifest
-- is behind only if it adds what the manifest shows.
UPDATE task
SET    callback_at = COALESCE(task.callback_at, CASE WHEN :seen_by = 'callback' THEN :now END),
       polled_at = COALESCE(task.polled_at, CASE WHEN :seen_by = 'poll' THEN :now END),
       product = COALESCE(task.product, r.product),
       external_task_id = COALESCE(task.external_task_id, r.external_task_id),
       units = COALESCE(task.units, r.units),
       model = COALESCE(task.model, r.model),
       created_at = COALESCE(task.created_at, r.created_at),
       status_message = CASE WHEN task.status = r.status THEN COALESCE(task.status_message, r.status_message)
                             ELSE task.status_message END,
       revision = task.revision + CASE
           WHEN task.revision > 0
            AND (task.external_task_id IS NULL AND r.external_task_id IS NOT NULL
              OR task.units IS NULL AND r.units IS NOT NULL
              OR task.model IS NULL AND r.model IS NOT NULL
              OR task.created_at IS NULL AND r.created_at IS NOT NULL
              OR task.status = r.status AND task.status_message IS NULL AND r.status_message IS NOT NULL)
           THEN 1 ELSE 0 END
FROM   (
        SELECT value ->> 'provider' AS provider, value ->> 'task_id' AS task_id, value ->> 'status' AS status,
        value ->> 'status_message' AS status_message, value ->> 'external_task_id' AS external_task_id,
        value ->> 'created_at' AS created_at, value ->> 'units' AS units, value ->> 'model' AS model,
        value ->> 'product' AS product
        FROM json_each(:rows)) AS r
WHERE  task.provider = r.provider AND task.task_id = r.task_id
AND   (task.callback_at IS NULL AND :seen_by = 'callback'
    OR task.polled_at IS NULL AND :seen_by = 'poll'
    OR task.product IS NULL AND r.product IS NOT NULL
    OR task.external_task_id IS NULL AND r.external_task_id IS NOT NULL
    OR task.units IS NULL AND r.units IS NOT NULL
    OR task.model IS NULL AND r.model IS NOT NULL
    OR task.created_at IS NULL AND r.created_at IS NOT NULL
    OR task.status = r.status AND task.status_message IS NULL AND r.status_message IS NOT NULL)
