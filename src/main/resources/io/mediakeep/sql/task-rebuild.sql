-- A task as its manifest tells of it. Changes 0 rows if the ledger knows as much or more.
INSERT INTO task (provider, task_id, status, status_message, external_task_id, created_at, updated_at, units, model,
                  product, first_seen_by, first_seen_at, callback_at, polled_at, finished_at, revision, manifest, manifest_at)
VALUES (:provider, :task_id, :status, :status_message, :external_task_id, :created_at, :updated_at, :units, :model,
        :product, :seen_by, :first_seen_at, :callback_at, :polled_at, :finished_at, :revision, :manifest, :now)
ON CONFLICT (provider, task_id) DO UPDATE
SET    status = excluded.status, status_message = excluded.status_message,
       finished_at = COALESCE(task.finished_at, excluded.finished_at), updated_at = excluded.updated_at,
       revision = excluded.revision, manifest = excluded.manifest
WHERE  task.revision < excluded.revision
AND    CASE task.status WHEN 'submitted' THEN 0 WHEN 'processing' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END
    <= CASE excluded.status WHEN 'submitted' THEN 0 WHEN 'processing' THEN 1 WHEN 'failed' THEN 2 ELSE 3 END
