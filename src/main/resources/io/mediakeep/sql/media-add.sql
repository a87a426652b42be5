-- An output of a task, or a fresher URL of one that is not stored; what a read of ours gave (fresh = 1) is always fresher.
-- Changes 0 rows if it tells nothing new.
INSERT INTO media (provider, task_id, media_key, kind, url, expires_at, duration_seconds, width, height, fps,
                   due_at, added_at)
VALUES (:provider, :task_id, :media_key, :kind, :url, :expires_at, :duration_seconds, :width, :height, :fps,
        :now, :now)
ON CONFLICT (provider, task_id, media_key) DO UPDATE SET url = excluded.url, expires_at = excluded.expires_at,
  due_at = CASE WHEN media.refreshes > 0 THEN excluded.due_at ELSE media.due_at END
WHERE media.state <> 'stored' AND media.url <> excluded.url AND (:fresh = 1 OR media.expires_at <= excluded.expires_at)
