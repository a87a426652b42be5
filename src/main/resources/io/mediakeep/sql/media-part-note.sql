-- Notes a part that the storage has taken. Changes 0 rows if the lease was lost.
INSERT INTO media_part (provider, task_id, media_key, number, upload_id, size, etag, crc32c)
SELECT provider, task_id, media_key, :number, upload_id, :size, :etag, :crc32c FROM media
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND state = 'copying' AND fence = :fence
AND    upload_id = :upload_id
ON CONFLICT (provider, task_id, media_key, number)
DO UPDATE SET upload_id = excluded.upload_id, size = excluded.size, etag = excluded.etag, crc32c = excluded.crc32c
