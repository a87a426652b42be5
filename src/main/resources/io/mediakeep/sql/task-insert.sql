-- The first word of a task. Changes 0 rows if it is known. While it is open and nothing of it is stored, it has no manifest
-- (revision 0).
INSERT INTO task (provider, task_id, status, status_message, external_task_id, created_at, updated_at, units, model,
                  product, first_seen_by, first_seen_at, callback_at, polled_at, finished_at, revision, manifest_at)
VALUES (:provider, :task_id, :status, :status_message, :external_task_id, :created_at, :updated_at, :units, :model,
        :product, :seen_by, :now, :callback_at, :polled_at, :finished_at,
        CASE WHEN :finished_at IS NULL THEN 0 ELSE 1 END, :now)
ON CONFLICT (provider, task_id) DO NOTHING
