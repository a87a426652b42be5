-- The storage could not abort it: the others come first the next time.
UPDATE discarded_upload SET discarded_at = :now WHERE upload_id = :upload_id AND object_key = :object_key
