-- Notes another key of an output. Changes 0 rows if it is noted already.
INSERT INTO media_alias (provider, task_id, alias_key, media_key)
VALUES (:provider, :task_id, :alias_key, :media_key)
ON CONFLICT (provider, task_id, alias_key) DO NOTHING
