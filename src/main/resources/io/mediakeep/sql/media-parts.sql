SELECT number, size, etag, crc32c FROM media_part
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND upload_id = :upload_id ORDER BY number
