-- The upload of a claimed media is discarded. Changes 0 rows if the lease was lost.
UPDATE media
SET    upload_id = NULL, upload_etag = NULL, upload_length = NULL, upload_md5 = NULL, upload_at = NULL
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
