-- Puts the open upload of a claimed media among those to be aborted. Inserts no row if there is none, or the lease was lost.
INSERT INTO discarded_upload (upload_id, object_key, discarded_at)
SELECT upload_id, object_key, :now FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
AND    upload_id IS NOT NULL
ON CONFLICT (upload_id, object_key) DO NOTHING
