-- The upload is gone. Changes 0 rows if the media has another one by now.
UPDATE media SET upload_id = NULL
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key AND upload_id = :upload_id
AND    state <> 'copying'
