-- The first word of a task. Changes 0 rows if it is known.
INSERT INTO task (provider, task_id, status, status_message, external_task_id, created_at, updated_at, units, model,
                  product, first_seen_by, first_seen_at, callback_at, polled_at, finished_at, revision, manifest_at)
VALUES (:provider, :task_id, :status, :status_message, :external_task_id, :created_at, :updated_at, :units, :model,
        :product, :seen_by, :now, :callback_at, :polled_at, :finished_at, 1, :now)
ON CONFLICT (provider, task_id) DO NOTHING
