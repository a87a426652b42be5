-- An output of a task. Changes 0 rows if it is known.
INSERT INTO media (provider, task_id, media_key, kind, url, host, expires_at, duration_seconds, width, height,
                   fps, due_at, added_at)
VALUES (:provider, :task_id, :media_key, :kind, :url, :host, :expires_at, :duration_seconds, :width, :height,
        :fps, :now, :now)
ON CONFLICT (provider, task_id, media_key) DO NOTHING
