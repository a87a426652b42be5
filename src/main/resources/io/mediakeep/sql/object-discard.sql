-- Puts an object among those to be removed.
INSERT INTO discarded_object (object_key, provider, task_id, discarded_at)
VALUES (:object_key, :provider, :task_id, :now)
ON CONFLICT (object_key) DO NOTHING
