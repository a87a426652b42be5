-- Where a stored media is.
SELECT object_key, size, content_type, coalesce(sha256, crc32c) AS tag FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'stored'
