UPDATE task SET manifest_at = :due_at WHERE provider = :provider AND task_id = :task_id
