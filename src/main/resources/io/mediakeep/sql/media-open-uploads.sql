-- Multipart uploads of no use: the media has ended, or they are too old to go on with.
SELECT provider, task_id, media_key, object_key, upload_id FROM media
WHERE  upload_id IS NOT NULL AND state <> 'copying' AND (state <> 'due' OR upload_at IS NULL OR upload_at < :before)
LIMIT  :limit
