-- Other keys of a media that turned out to be another one.
UPDATE media_alias SET media_key = :owner
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key
