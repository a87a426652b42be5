-- Uploads to be aborted; those that were tried come last.
SELECT upload_id, object_key FROM discarded_upload ORDER BY discarded_at LIMIT :limit
