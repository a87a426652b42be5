-- Bytes of an open upload that the storage has taken.
SELECT sum(size) AS copied FROM media_part
WHERE  provider = :provider AND task_id = :task_id AND media_key = :media_key
