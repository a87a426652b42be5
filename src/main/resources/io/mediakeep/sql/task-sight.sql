-- Notes what a later event of the same status adds. Changes 0 rows if it adds nothing; the manifest
-- is behind only if it adds what the manifest shows.
UPDATE task
SET    callback_at = COALESCE(callback_at, :callback_at),
       polled_at = COALESCE(polled_at, :polled_at),
       product = COALESCE(product, :product),
       external_task_id = COALESCE(external_task_id, :external_task_id),
       units = COALESCE(units, :units),
       model = COALESCE(model, :model),
       created_at = COALESCE(created_at, :created_at),
       status_message = CASE WHEN status = :status THEN COALESCE(status_message, :status_message) ELSE status_message END,
       revision = revision + CASE
           WHEN revision > 0
            AND (external_task_id IS NULL AND :external_task_id IS NOT NULL
              OR units IS NULL AND :units IS NOT NULL
              OR model IS NULL AND :model IS NOT NULL
              OR created_at IS NULL AND :created_at IS NOT NULL
              OR status = :status AND status_message IS NULL AND :status_message IS NOT NULL)
           THEN 1 ELSE 0 END
WHERE  provider = :provider AND task_id = :task_id
AND   (callback_at IS NULL AND :callback_at IS NOT NULL
    OR polled_at IS NULL AND :polled_at IS NOT NULL
    OR product IS NULL AND :product IS NOT NULL
    OR external_task_id IS NULL AND :external_task_id IS NOT NULL
    OR units IS NULL AND :units IS NOT NULL
    OR model IS NULL AND :model IS NOT NULL
    OR created_at IS NULL AND :created_at IS NOT NULL
    OR status = :status AND status_message IS NULL AND :status_message IS NOT NULL)
