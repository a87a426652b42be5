SELECT * FROM media WHERE provider = :provider AND task_id = :task_id ORDER BY media_key
