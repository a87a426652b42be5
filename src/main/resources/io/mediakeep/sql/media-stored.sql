-- Ends a copy. Changes 1 row, or 0 if the lease was lost: not an error, the other node will finish it.
UPDATE media
SET    state = 'stored', stored_at = :now, lease_until = NULL, upload_id = NULL, upload_etag = NULL,
       upload_length = NULL, upload_md5 = NULL, upload_at = NULL, crashes = 0, began_at = NULL, replaces = NULL,
       object_key = :object_key, size = :size,
       sha256 = :sha256, crc32c = :crc32c, content_type = :content_type, source_host = :source_host,
       refused_host = NULL, reason = NULL, detail = NULL
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
