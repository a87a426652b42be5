-- Whether the media is known and has nothing to do with this upload.
SELECT 1 FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key
AND    (upload_id IS NULL OR upload_id <> :upload_id)
