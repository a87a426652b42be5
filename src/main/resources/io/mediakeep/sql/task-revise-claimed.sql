-- As task-revise, for a media that is being copied. Changes 0 rows if its lease was lost. Comes before the change of the
-- media: everybody locks the task before its media.
UPDATE task SET revision = revision + 1
WHERE  provider = :provider AND task_id = :task_id
AND    EXISTS (SELECT 1 FROM media WHERE provider = :provider AND task_id = :task_id AND media_key = :media_key
               AND state = 'copying' AND fence = :fence)
