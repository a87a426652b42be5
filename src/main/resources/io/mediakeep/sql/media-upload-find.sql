-- The upload that an earlier attempt left open. No row if the lease was lost, or if there is none.
SELECT upload_id, object_key, upload_etag, upload_length, upload_md5, upload_at, source_host FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
AND    upload_id IS NOT NULL
