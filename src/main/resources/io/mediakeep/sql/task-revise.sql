-- The manifest of the task is behind from now on.
UPDATE task SET revision = revision + 1
WHERE  provider = :provider AND task_id = :task_id AND revision > 0
