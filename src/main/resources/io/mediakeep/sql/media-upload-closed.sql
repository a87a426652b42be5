-- An upload that nobody works on is discarded. Changes 0 rows if somebody does by now, or the media has another one.
UPDATE media
SET    upload_id = NULL, upload_etag = NULL, upload_length = NULL, upload_md5 = NULL, upload_at = NULL
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND upload_id = :upload_id
AND    state <> 'copying'
