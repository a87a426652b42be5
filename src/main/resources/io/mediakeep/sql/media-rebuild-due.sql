-- A media that is not in the bucket. No manifest has a URL, so it waits for a read.
INSERT INTO media (provider, task_id, media_key, kind, url, expires_at, duration_seconds, width, height, fps, due_at,
                   waits_for_read, ready, added_at)
VALUES (:provider, :task_id, :media_key, :kind, '', :expires_at, :duration_seconds, :width, :height, :fps, :due_at,
        1, 0, :added_at)
ON CONFLICT (provider, task_id, media_key) DO NOTHING
