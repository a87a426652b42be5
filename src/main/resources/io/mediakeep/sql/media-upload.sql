-- Remembers the multipart upload before its first part. Changes 0 rows if the lease was lost.
UPDATE media
SET    upload_id = :upload_id, object_key = :object_key, upload_etag = :etag, upload_length = :length, upload_md5 = :md5,
       upload_at = :now, source_host = :source_host
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
