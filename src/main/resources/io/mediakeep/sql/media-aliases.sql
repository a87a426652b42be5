SELECT alias_key, media_key FROM media_alias WHERE provider = :provider AND task_id = :task_id ORDER BY alias_key
