-- Multipart uploads that nobody works on: their node died, or the media was given up.
SELECT provider, task_id, media_key, object_key, upload_id FROM media
WHERE upload_id IS NOT NULL AND state <> 'copying' LIMIT :limit
