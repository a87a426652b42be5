-- The manifest of this revision is in the bucket. Changes 0 rows if a newer one is.
UPDATE task SET manifest = :revision, manifest_at = :now
WHERE  provider = :provider AND task_id = :task_id AND manifest < :revision
