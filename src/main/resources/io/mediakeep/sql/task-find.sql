SELECT * FROM task WHERE provider = :provider AND task_id = :task_id
