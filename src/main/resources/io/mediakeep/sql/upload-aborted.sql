DELETE FROM discarded_upload WHERE upload_id = :upload_id AND object_key = :object_key
