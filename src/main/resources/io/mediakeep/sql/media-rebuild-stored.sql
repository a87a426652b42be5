-- A media whose object is in the bucket as the manifest says. One that nobody works on, and that waits, need not be copied
-- again; every other row stays.
INSERT INTO media (provider, task_id, media_key, kind, url, expires_at, duration_seconds, width, height, fps, state, due_at,
                   added_at, stored_at, object_key, size, sha256, crc32c, content_type, source_host)
VALUES (:provider, :task_id, :media_key, :kind, '', :expires_at, :duration_seconds, :width, :height, :fps, 'stored',
        :stored_at, :added_at, :stored_at, :object_key, :size, :sha256, :crc32c, :content_type, :source_host)
ON CONFLICT (provider, task_id, media_key) DO UPDATE
SET    state = 'stored', stored_at = excluded.stored_at, object_key = excluded.object_key, size = excluded.size,
       sha256 = excluded.sha256, crc32c = excluded.crc32c, content_type = excluded.content_type,
       source_host = excluded.source_host, reason = NULL, detail = NULL
WHERE  media.state = 'due' AND media.upload_id IS NULL
